/** Bounds on what a caller may nest (W1): checked before any schema looks at the value. */
import { limits } from '../../protocol/limits'

/** At most `jsonDepthMax` levels, and `jsonKeysMax` keys in all. */
export function shapeFits(value: unknown): boolean {
  let keys = 0
  const open: { value: unknown; depth: number }[] = [{ value, depth: 1 }]
  for (let next = open.pop(); next; next = open.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue
    if (next.depth > limits.jsonDepthMax) return false
    const inner: unknown[] = Object.values(next.value)
    if (!Array.isArray(next.value)) keys += inner.length
    if (keys > limits.jsonKeysMax) return false
    for (const child of inner) open.push({ value: child, depth: next.depth + 1 })
  }
  return true
}
