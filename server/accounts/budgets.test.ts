import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { budgets, decideTry, deviceBudget, usedAfter, waitOf, workOf, type Guessing } from './budgets'

const hour = 3600_000
const all = Object.values(budgets)
const unused = Object.fromEntries(Object.keys(budgets).map((name) => [name, 0])) as Guessing['used']

/** Most tries of one budget in any hour, taken as soon as they are free. */
function mostInAnHour({ burst, everyMs }: (typeof all)[number]): number {
  const times: number[] = []
  for (let usedUntil = 0, now = 0; now < 6 * hour;) {
    const waitMs = waitOf({ burst, everyMs }, usedUntil, now)
    now += waitMs
    times.push(now)
    usedUntil = usedAfter({ burst, everyMs }, usedUntil, now)
  }
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + hour).length))
}

describe('budgets', () => {
  it('[A11] let at most 60 tries through in any hour, all together', () => {
    expect(all.map(mostInAnHour).reduce((sum, most) => sum + most)).toBeLessThanOrEqual(60)
  })

  it('[A11] wait no longer than one try takes, though a clock that was ahead set their end', () => {
    const times = fc.tuple(fc.constantFrom(...all, deviceBudget), fc.maxSafeNat(), fc.maxSafeNat())
    fc.assert(
      fc.property(times, ([budget, usedUntil, now]) => {
        expect(waitOf(budget, usedUntil, now)).toBeLessThanOrEqual(budget.everyMs)
        const after = usedAfter(budget, usedUntil, now)
        expect(after).toBeGreaterThan(now)
        expect(after).toBeLessThanOrEqual(now + budget.burst * budget.everyMs)
      }),
    )
  })

  it('[A12] [A14] are taken from what only the caller has to what all share', () => {
    const solved = { isKnown: true, isSeen: false, isNetworkFresh: true }
    const paid: string[] = []
    let [used, device]: [Guessing['used'], number] = [unused, 0]
    for (;;) {
      const verdict = decideTry({ used, device, solved }, 0)
      if (!verdict.may) break
      if (paid.at(-1) !== verdict.from) paid.push(verdict.from)
      if (verdict.from === 'device') device = usedAfter(deviceBudget, device, 0)
      else used = { ...used, [verdict.from]: usedAfter(budgets[verdict.from], used[verdict.from], 0) }
    }
    expect(paid).toEqual(['device', 'known', 'fresh', 'beside', 'open', 'seen'])
    expect(decideTry({ used, device, solved: undefined }, 0)).toEqual({ may: false, waitMs: 360_000 })
    expect(decideTry({ used, device: undefined, solved }, 0)).toEqual({ may: false, waitMs: 150_000 })
  })
})

describe('work', () => {
  it('[A13] grows with each failure, up to ten times as much', () => {
    const work = Array.from({ length: 200 }, (_, failures) => workOf(failures))
    expect([work[0], work[1], work[90], work[199]]).toEqual([4_000, 4_400, 40_000, 40_000])
    for (let n = 1; n <= 90; n++) expect(work[n]).toBeGreaterThan(work[n - 1]!)
  })
})
