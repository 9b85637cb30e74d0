/** Medians of rounds as Markdown. */
import type { Load } from './round'

/** A round in which other processes took more of the machine than this is marked as noisy. */
export const noisyCores = 0.15
export const isQuiet = ({ foreignCores }: Load): boolean => foreignCores <= noisyCores

export function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

/** What a column says of one contender's rounds. */
export interface Column<F> {
  head: string
  cell(list: readonly F[], name: string): string
}
/** The keys of figures that are numbers. */
type NumberKey<F> = { [K in keyof F]: F[K] extends number ? K : never }[keyof F]

const numbersOf = <F>(list: readonly F[], key: NumberKey<F>): number[] => list.map((f) => f[key] as number)
export const medianOf = <F>(list: readonly F[] | undefined, key: NumberKey<F>): number =>
  median(numbersOf(list ?? [], key))
/** A figure for people: no figure at all is a dash. */
export const shown = (value: number, digits: number): string =>
  Number.isNaN(value) ? '–' : value.toFixed(digits)

export const middle = <F>(head: string, key: NumberKey<F>, digits: number): Column<F> => ({
  head,
  cell: (list) => shown(medianOf(list, key), digits),
})
export const range = <F>(key: NumberKey<F>): Column<F> => ({
  head: 'lowest and highest',
  cell: (list) => {
    const all = numbersOf(list, key)
    return `${Math.min(...all).toFixed(0)} – ${Math.max(...all).toFixed(0)}`
  },
})
export const sum = <F>(head: string, key: NumberKey<F>): Column<F> => ({
  head,
  cell: (list) => String(numbersOf(list, key).reduce((total, value) => total + value, 0)),
})
/** The median as a multiple of another contender's. */
export const ratio = <F>(
  rounds: ReadonlyMap<string, readonly F[]>,
  base: string,
  key: NumberKey<F>,
): Column<F> => ({
  head: `× ${base}`,
  cell: (list) => shown(medianOf(list, key) / medianOf(rounds.get(base), key), 2),
})
/** Who took the machine. */
export const load = <F extends Load>(): Column<F>[] => [
  { head: 'cores: server', cell: (list) => shown(medianOf<Load>(list, 'serverCores'), 2) },
  { head: 'generator', cell: (list) => shown(medianOf<Load>(list, 'loadCores'), 2) },
  {
    head: 'others',
    cell(list) {
      const noisy = list.filter((figures) => !isQuiet(figures)).length
      const others = shown(medianOf<Load>(list, 'foreignCores'), 2)
      return noisy ? `${others} (${noisy} of ${list.length} rounds noisy)` : others
    },
  },
]

/** One line for each contender, or for what else `first` heads. */
export function table<F>(
  rounds: ReadonlyMap<string, readonly F[]>,
  columns: readonly Column<F>[],
  first = 'server',
): string {
  const lines = [...rounds].map(([name, list]) => [name, ...columns.map(({ cell }) => cell(list, name))])
  const heads = [first, ...columns.map(({ head }) => head)]
  return [heads, heads.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
