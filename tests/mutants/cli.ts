/**
 * `npm run mutants`: plants every bug of the list, one at a time, in a copy of the source, and demands that the tests it
 * names turn red. `npm run mutants -- ack` takes those with “ack” in their names; several words take more.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { countedLine } from '../../scripts/counts.mjs'
import { copyTree } from './copy'
import { colourOf, survivalOf } from './judge'
import { mutants } from './list'
import { mutate, type Mutant } from './mutant'
import { unknownNames } from './names'
import { runTests } from './vitest-run'

const root = path.resolve(import.meta.dirname, '../..')
/** A bug may make a test hang; that shows nothing. */
const mutantWithinMs = 120_000
const allWithinMs = 600_000
const backends = ['TOKENIM_TEST_MYSQL', 'TOKENIM_TEST_REDIS']

/** Names of the tests that are not green without any bug. */
async function notGreen(folder: string, chosen: readonly Mutant[]): Promise<string[]> {
  const tests = chosen.flatMap((mutant) => mutant.tests)
  const report = await runTests(folder, tests, allWithinMs)
  const others = tests.filter((choice) => colourOf(report, choice) !== 'green')
  return [...new Set(others.map((choice) => `${colourOf(report, choice)}: ${choice.file} “${choice.title}”`))]
}

/** Why a mutant lives; undefined: its tests turned red. The copy is as before afterwards. */
async function survival(folder: string, mutant: Mutant): Promise<string | undefined> {
  const read = (file: string) => readFileSync(path.join(folder, file), 'utf8')
  try {
    const texts = mutate(mutant, read)
    const before = [...texts.keys()].map((file) => [file, read(file)] as const)
    try {
      for (const [file, text] of texts) writeFileSync(path.join(folder, file), text)
      return survivalOf(await runTests(folder, mutant.tests, mutantWithinMs), mutant.tests)
    } finally {
      for (const [file, text] of before) writeFileSync(path.join(folder, file), text)
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function main(): Promise<{ passed: number; failed: number }> {
  const words = process.argv.slice(2)
  const chosen = mutants.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))
  const missing = backends.filter((name) => !process.env[name])
  if (chosen.length === 0 || missing.length > 0) {
    console.error(missing.length > 0 ? `Mutants need ${missing.join(' and ')}.` : 'No mutant has this name.')
    return { passed: 0, failed: 1 }
  }
  const nameless = unknownNames(root, chosen)
  if (nameless.length > 0) {
    console.error(`These would only throw:\n${nameless.join('\n')}`)
    return { passed: 0, failed: nameless.length }
  }
  const { folder, remove } = copyTree(root)
  process.on('exit', remove)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))
  const broken = await notGreen(folder, chosen)
  if (broken.length > 0) {
    console.error(`Not green without any bug:\n${broken.join('\n')}`)
    return { passed: 0, failed: broken.length }
  }
  console.log(`Without any bug the tests of ${chosen.length} mutants are green.`)
  let failed = 0
  for (const [n, mutant] of chosen.entries()) {
    const start = Date.now()
    const why = await survival(folder, mutant)
    const time = `${((Date.now() - start) / 1000).toFixed(1)} s`.padStart(7)
    console.log(
      `${String(n + 1).padStart(3)} ${why === undefined ? 'red  ' : 'LIVES'} ${time}  ${mutant.name}`,
    )
    if (why !== undefined) console.log(`            ${why}`)
    if (why !== undefined) failed += 1
  }
  return { passed: chosen.length - failed, failed }
}

const counts = await main()
console.log(countedLine(counts))
process.exit(counts.failed > 0 ? 1 : 0)
