/**
 * `hold(n, work)` runs `work` while it holds `n` of `total` permits; others wait in order of arrival, so that one who wants
 * all of them is not passed by. `permits(1)` runs works one after the other.
 */
export type Hold = <T>(count: number, work: () => Promise<T>) => Promise<T>

export function permits(total: number): Hold {
  let free = total
  const waiting: { count: number; go: () => void }[] = []
  const wake = () => {
    for (let first = waiting[0]; first && first.count <= free; first = waiting[0]) {
      waiting.shift()
      free -= first.count
      first.go()
    }
  }
  return async (count, work) => {
    await new Promise<void>((go) => {
      waiting.push({ count, go })
      wake()
    })
    try {
      return await work()
    } finally {
      free += count
      wake()
    }
  }
}
