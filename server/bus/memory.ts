/** The bus of nodes within one process: the embedded default has one node, the simulator several. */
import type { Bus, Hint } from './bus'
import { listeners } from './listeners'

export interface MemoryHub {
  /** The bus of one more node. */
  join(): Bus
}

export function memoryHub(onError: (error: unknown) => void = rethrow): MemoryHub {
  const nodes = new Set<(hint: Hint) => void>()
  return {
    join() {
      const mine = listeners(onError)
      nodes.add(mine.tell)
      return {
        publish(hint) {
          for (const tell of nodes) if (tell !== mine.tell) queueMicrotask(() => tell(hint))
        },
        subscribe: mine.add,
        ready: async () => undefined,
        async close() {
          nodes.delete(mine.tell)
          mine.clear()
        },
      }
    },
  }
}

/** The bus of a process that is alone: nobody else is told. */
export const memoryBus = (): Bus => memoryHub().join()

const rethrow = (error: unknown): never => {
  throw error
}
