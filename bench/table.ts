/** Medians of rounds as Markdown. */
import type { Figures } from './round'

/** A round in which other processes took more of the machine than this is marked as noisy. */
export const noisyCores = 0.15

export function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

/** One table; the last contender is what the others are compared with. */
export function table(rounds: ReadonlyMap<string, readonly Figures[]>): string {
  const base = medianOf([...rounds.values()].at(-1) ?? [], 'perSecond')
  const lines = [...rounds].map(([name, list]) => row(name, list, base))
  return [`| ${heads.join(' | ')} |`, `|${'---|'.repeat(heads.length)}`, ...lines].join('\n')
}

const heads = [
  'server',
  'messages/s',
  'lowest and highest',
  '× reference',
  'CPU µs/message',
  'p50 ms',
  'p99 ms',
  'refused',
  'cores: server',
  'generator',
  'others',
]

const medianOf = (list: readonly Figures[], key: keyof Figures): number => median(list.map((r) => r[key]))

function row(name: string, list: readonly Figures[], base: number): string {
  const of = (key: keyof Figures, digits: number) => medianOf(list, key).toFixed(digits)
  const rates = list.map(({ perSecond }) => perSecond)
  const noisy = list.filter(({ foreignCores }) => foreignCores > noisyCores).length
  const cells = [
    of('perSecond', 0),
    `${Math.min(...rates).toFixed(0)} – ${Math.max(...rates).toFixed(0)}`,
    (medianOf(list, 'perSecond') / base).toFixed(2),
    of('cpuMicros', 0),
    of('p50Ms', 2),
    of('p99Ms', 2),
    list.reduce((sum, { refused }) => sum + refused, 0),
    of('serverCores', 2),
    of('loadCores', 2),
    `${of('foreignCores', 2)}${noisy ? ` (${noisy} of ${list.length} rounds noisy)` : ''}`,
  ]
  return `| ${name} | ${cells.join(' | ')} |`
}
