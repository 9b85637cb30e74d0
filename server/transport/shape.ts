/** Bounds on what a caller may nest (W1): checked before any schema looks at the value. */
import { limits } from '../../protocol/limits'

/** At most `jsonDepthMax` levels and `jsonKeysMax` keys and items in all. */
export function shapeFits(value: unknown): boolean {
  let keys = 0
  const level: { value: unknown; depth: number }[] = [{ value, depth: 1 }]
  for (let next = level.pop(); next; next = level.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue
    if (next.depth > limits.jsonDepthMax) return false
    const inner = Object.values(next.value)
    keys += inner.length
    if (keys > limits.jsonKeysMax) return false
    for (const child of inner) level.push({ value: child, depth: next.depth + 1 })
  }
  return true
}
