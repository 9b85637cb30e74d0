/** Bounds on what a caller may nest (W1): checked before any schema looks at the value. */
import { limits } from '../../protocol/limits'

/** At most `jsonDepthMax` levels, and `jsonKeysMax` keys in all. */
export const shapeFits = (value: unknown): boolean => keysIn(value, 1) <= limits.jsonKeysMax

/** Keys of all objects in a value; Infinity when it is too deep. */
function keysIn(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > limits.jsonDepthMax) return Infinity
  const inner: unknown[] = Object.values(value)
  let keys = Array.isArray(value) ? 0 : inner.length
  for (const child of inner) keys += keysIn(child, depth + 1)
  return keys
}
