/** Listeners of a bus. One that throws does not keep the hint from the others; the error goes to `onError`. */
import type { Hint } from './bus'

export function listeners(onError: (error: unknown) => void) {
  const all = new Set<(hint: Hint) => void>()
  return {
    add: (listener: (hint: Hint) => void): (() => void) => {
      all.add(listener)
      return () => void all.delete(listener)
    },
    tell: (hint: Hint): void => {
      for (const listener of all)
        try {
          listener(hint)
        } catch (error) {
          onError(error)
        }
    },
    clear: () => all.clear(),
  }
}
