/** What a run of vitest says about the tests that a mutant names. */
import type { Choice } from './mutant'

/** What is read of the report of vitest's JSON reporter. */
export interface Report {
  readonly testResults: readonly {
    /** Absolute path of the file. */
    readonly name: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}
/** `none`: no such test ran, for example because its file could not be loaded. */
export type Colour = 'red' | 'green' | 'none'

/** Red when one of the tests that fit failed, green when all passed. */
export function colourOf(report: Report, { file, title, within = '' }: Choice): Colour {
  const fits = (fullName: string) => fullName.includes(title) && fullName.includes(within)
  const ran = report.testResults
    .filter(({ name }) => name.replaceAll('\\', '/').endsWith(`/${file}`))
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName, status }) => fits(fullName) && (status === 'passed' || status === 'failed'))
  if (ran.length === 0) return 'none'
  return ran.some(({ status }) => status === 'failed') ? 'red' : 'green'
}

/** Why this run does not show that the tests notice the bug; undefined: it does. */
export function survivalOf(report: Report, tests: readonly Choice[]): string | undefined {
  const others = tests.filter((choice) => colourOf(report, choice) !== 'red')
  if (others.length === 0) return undefined
  return others.map((choice) => `${colourOf(report, choice)}: ${choice.file} “${choice.title}”`).join('; ')
}
