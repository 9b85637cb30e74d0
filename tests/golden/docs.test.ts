import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { configDoc } from '../../server/config'

it('docs/configuration.md is what the settings say; if not: npm run docs', () => {
  expect(readFileSync('docs/configuration.md', 'utf8')).toBe(configDoc())
})
