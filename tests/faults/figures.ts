/** `p50 812 ms, p99 1403 ms, most 1403 ms` of these times. */
export function figures(timesMs: readonly number[]): string {
  const sorted = [...timesMs].sort((a, b) => a - b)
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`
}
