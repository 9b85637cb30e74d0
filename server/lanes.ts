/**
 * A bounded queue of work in lanes. Jobs of one lane run in order of arrival, many in one turn; lanes run side by side.
 * A turn starts after a round of the event loop, so whatever arrived meanwhile joins it: groups form without a timer.
 */
export interface LanesOptions<J> {
  /** Turns at the same time. */
  parallel: number
  /** Jobs in one turn. */
  turnMax: number
  /** Jobs that may wait, in all lanes. */
  waitingMax: number
  /** Jobs of one key that may wait. */
  laneMax: number
  /** Runs one turn. Must not throw. */
  run(jobs: J[]): Promise<void>
}
export interface Lanes<J> {
  /** False: too many wait, in all or in this lane. Without a key the job has a lane of its own. */
  add(key: number | undefined, job: J): boolean
  /** Resolves when nothing waits or runs. */
  idle(): Promise<void>
}
interface Lane<J> {
  readonly key: number | undefined
  jobs: J[]
}

export function createLanes<J>({ parallel, turnMax, waitingMax, laneMax, run }: LanesOptions<J>): Lanes<J> {
  const lanes = new Map<number, Lane<J>>()
  const ready: Lane<J>[] = []
  const idlers: (() => void)[] = []
  let waiting = 0
  let running = 0
  let scheduled = false

  function schedule(): void {
    if (scheduled || running >= parallel || ready.length === 0) return
    scheduled = true
    setImmediate(startTurns)
  }
  function startTurns(): void {
    scheduled = false
    while (running < parallel) {
      const lane = ready.shift()
      if (!lane) return
      running += 1
      const jobs = lane.jobs.splice(0, turnMax)
      waiting -= jobs.length
      run(jobs).then(
        () => endTurn(lane),
        () => endTurn(lane),
      )
    }
  }
  function endTurn(lane: Lane<J>): void {
    running -= 1
    if (lane.jobs.length > 0) ready.push(lane)
    else if (lane.key !== undefined) lanes.delete(lane.key)
    if (running === 0 && waiting === 0) for (const resolve of idlers.splice(0)) resolve()
    schedule()
  }
  function laneOf(key: number | undefined): Lane<J> {
    const known = key === undefined ? undefined : lanes.get(key)
    if (known) return known
    const lane: Lane<J> = { key, jobs: [] }
    ready.push(lane)
    if (key !== undefined) lanes.set(key, lane)
    return lane
  }
  return {
    add(key, job) {
      if (waiting >= waitingMax) return false
      const { jobs } = laneOf(key)
      if (jobs.length >= laneMax) return false
      waiting += 1
      jobs.push(job)
      schedule()
      return true
    },
    idle: () =>
      running === 0 && waiting === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve)),
  }
}
