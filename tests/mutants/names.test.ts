import path from 'node:path'
import { expect, it } from 'vitest'
import type { Mutant } from './mutant'
import { unknownNames } from './names'

const root = path.resolve(import.meta.dirname, '../..')
const planted = (name: string, put: string): Mutant => ({
  name,
  edits: [{ file: 'protocol/version.ts', find: 'export const PROTOCOL_VERSION = 1', put }],
  tests: [],
})

it('finds bugs that throw instead of being wrong', { timeout: 60_000 }, () => {
  const list = [
    planted('wrong', 'export const PROTOCOL_VERSION = 2'),
    planted('gone', 'export const PROTOCOL_VERSION = perStatement'),
    planted('early', 'export const PROTOCOL_VERSION = [late].length\nconst late = 1'),
  ]
  expect(unknownNames(root, list).map((line) => line.split(':')[0])).toEqual(['gone', 'early'])
})
