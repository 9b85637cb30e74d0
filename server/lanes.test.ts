import { describe, expect, it } from 'vitest'
import { createLanes } from './lanes'

/** Lanes whose turns end when they are told to. */
function heldLanes(options: { parallel?: number; waitingMax?: number; laneMax?: number } = {}) {
  const turns: number[][] = []
  const ends: (() => void)[] = []
  const lanes = createLanes<number>({
    ...{ parallel: 1, turnMax: 4, waitingMax: 8, laneMax: 8, ...options },
    run(jobs) {
      turns.push(jobs)
      return new Promise((resolve) => ends.push(resolve))
    },
  })
  const round = () => new Promise((resolve) => setImmediate(resolve))
  return {
    lanes,
    turns,
    round,
    async endTurn() {
      ends.shift()?.()
      await round()
      await round()
    },
  }
}

describe('lanes', () => {
  it('[F3] one lane runs in order of arrival, many jobs in one turn', async () => {
    const { lanes, turns, round, endTurn } = heldLanes()
    for (let job = 1; job <= 6; job++) lanes.add(7, job)
    await round()
    expect(turns).toEqual([[1, 2, 3, 4]])
    await endTurn()
    expect(turns).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ])
  })

  it('[F5] refuses what is too much in all', () => {
    const { lanes } = heldLanes({ waitingMax: 3 })
    expect([1, 2, 3, 4].map((key) => lanes.add(key, key))).toEqual([true, true, true, false])
  })

  it('[F15] a lane that is full refuses, and others still get in', async () => {
    const { lanes, turns, round, endTurn } = heldLanes({ laneMax: 2 })
    const hot = () => lanes.add(7, 70)
    expect([hot(), hot(), hot()]).toEqual([true, true, false])
    expect([lanes.add(8, 80), lanes.add(undefined, 90), lanes.add(undefined, 91)]).toEqual([true, true, true])
    await round()
    // What runs does not wait any more.
    expect([hot(), hot(), hot()]).toEqual([true, true, false])
    for (let turn = 0; turn < 5; turn++) await endTurn()
    expect(turns).toEqual([[70, 70], [80], [90], [91], [70, 70]])
    await lanes.idle()
  })
})
