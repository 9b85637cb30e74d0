/**
 * Golden files: what the code says about itself, kept in git so that a change of it is seen in review and never by
 * accident. Update them, after deciding, by `npx vitest run tests/golden -u`.
 */
import { createHash } from 'node:crypto'
import { expect } from 'vitest'

/** JSON with sorted keys: the order in which code writes them down means nothing. */
export function stableJson(value: unknown): string {
  const sorted = (_key: string, inner: unknown): unknown =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner
  return `${JSON.stringify(value, sorted, 2)}\n`
}

/** SHA-256 of the sorted JSON, in hex. */
export const hashOf = (value: unknown): string => createHash('sha256').update(stableJson(value)).digest('hex')

/** Compares with a file beside this one; `decide` says what to think about before updating it. */
export async function expectGolden(text: string, file: string, decide: string): Promise<void> {
  try {
    await expect(text).toMatchFileSnapshot(file)
  } catch (error) {
    if (error instanceof Error)
      error.message = `${file} is stale. ${decide} Then: npx vitest run tests/golden -u\n${error.message}`
    throw error
  }
}
