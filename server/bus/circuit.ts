/** Lets work through until it fails, then none for a while, so that nobody waits for what is away. */
export interface Circuit {
  /** Undefined: it failed, or rests. */
  run<T>(work: () => Promise<T>): Promise<T | undefined>
}

/** After a failure one attempt in `restMs` finds out whether it is back. `failed` hears of each. */
export function createCircuit(restMs: number, now: () => number, failed: (error: unknown) => void): Circuit {
  let restsUntil = -Infinity
  let broken = false
  return {
    async run(work) {
      if (broken && now() < restsUntil) return undefined
      restsUntil = now() + restMs
      try {
        const result = await work()
        broken = false
        return result
      } catch (error) {
        broken = true
        restsUntil = now() + restMs
        failed(error)
        return undefined
      }
    },
  }
}
