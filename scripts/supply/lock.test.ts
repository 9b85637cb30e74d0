import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

interface Package {
  version?: string
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  hasInstallScript?: true
}
const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
const { packages } = read('package-lock.json') as { packages: Record<string, Package> }
const { overrides } = read('package.json') as { overrides: Record<string, string> }
const { '': own = {}, ...all } = packages

/** A tag, as `latest`: npm asks what it means today, and `npm ci` fails when that is not what the lock file says. */
const isTag = (range: string) => /^[a-z][\w-]*$/i.test(range) && range !== 'x'

it('no package asks for whatever is the latest of another', () => {
  const asked = Object.entries(all).flatMap(([name, { dependencies, optionalDependencies }]) =>
    Object.entries({ ...dependencies, ...optionalDependencies })
      .filter(([, range]) => isTag(range))
      .filter(([of]) => overrides[of] !== all[`node_modules/${of}`]?.version)
      .map(([of, range]) => `${name} asks for ${of}@${range}: put the locked version into overrides`),
  )
  expect(asked).toEqual([])
})

it('what is asked for here is exact, and so is what is overridden', () => {
  const ranges = Object.entries({ ...own.dependencies, ...overrides })
  expect(ranges.filter(([, range]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range))).toEqual([])
})

it('packages that bring an install script are those that were tried without', () => {
  const scripted = Object.entries(all)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([name]) => name.split('node_modules/').at(-1))
  // esbuild looks at its binary, vue-demi turns to Vue 3, where it is anyway; core-js asks for money.
  expect([...new Set(scripted)].sort()).toEqual(['core-js', 'core-js-pure', 'esbuild', 'vue-demi'])
})
