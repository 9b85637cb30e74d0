/** Calls `run` once, `ms` from now; gives what calls it off. Simulated nodes count their own time. */
export type After = (ms: number, run: () => void) => () => void

/** This process's timers. */
export const byTimer: After = (ms, run) => {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}
