import { beforeEach, describe, expect, it } from 'vitest'
import { createHold, holdMs, type Point } from './hold'

/** Time that a test moves on. */
class CountedClock {
  private at = 0
  private due: { at: number; call: () => void }[] = []
  after = (ms: number, call: () => void): (() => void) => {
    const entry = { at: this.at + ms, call }
    this.due.push(entry)
    return () => void (this.due = this.due.filter((other) => other !== entry))
  }
  pass(ms: number): void {
    this.at += ms
    for (const entry of this.due.filter(({ at }) => at <= this.at)) {
      this.due = this.due.filter((other) => other !== entry)
      entry.call()
    }
  }
}

const at = (clientX: number, clientY: number): Point => ({ clientX, clientY })
let clock: CountedClock
let hold: ReturnType<typeof createHold>
let opened: Point[]
const down = (point = at(100, 100), fingers = 1): void =>
  hold.down(fingers, point, (place) => opened.push(place))
beforeEach(() => {
  clock = new CountedClock()
  hold = createHold(clock.after)
  opened = []
  clock.pass(1_000)
})

describe('[U1] a long press', () => {
  it('is a finger that stays for its time, and opens once, where it came down', () => {
    expect(holdMs).toBeGreaterThanOrEqual(350)
    expect(holdMs).toBeLessThanOrEqual(500)
    down()
    clock.pass(holdMs - 1)
    expect(opened).toEqual([])
    clock.pass(1)
    clock.pass(5_000)
    expect(opened).toEqual([at(100, 100)])
  })

  it('may tremble', () => {
    down()
    for (const [x, y] of [
      [103, 100],
      [97, 103],
      [110, 90],
    ] as const)
      hold.move(1, at(x, y))
    clock.pass(holdMs)
    expect(opened).toHaveLength(1)
  })

  it.each<[what: string, act: () => void]>([
    ['a finger that moves', () => hold.move(1, at(100, 111))],
    ['a finger that moves aside', () => hold.move(1, at(89, 100))],
    ['a finger that moves and comes back', () => [150, 100].forEach((y) => hold.move(1, at(100, y)))],
    ['a second finger that comes down', () => down(at(200, 200), 2)],
    ['a second finger that moves', () => hold.move(2, at(100, 100))],
    ['a second finger beside the bubble', () => hold.fingers(2)],
    ['a list that scrolls', () => hold.scrolled()],
    ['a finger that is lifted', () => hold.release()],
  ])('is not %s', (_what, act) => {
    down()
    clock.pass(200)
    act()
    clock.pass(10_000)
    expect(opened).toEqual([])
    expect(hold.held).toBe(false)
  })

  it('is not a touch that stops a list in motion, but the next one is', () => {
    hold.scrolled()
    clock.pass(16)
    down()
    clock.pass(10_000)
    expect(opened).toEqual([])
    hold.release()
    down()
    clock.pass(holdMs)
    expect(opened).toHaveLength(1)
  })

  it('does nothing else with its touch', () => {
    down()
    clock.pass(holdMs)
    for (const act of [() => hold.move(1, at(100, 400)), () => hold.scrolled(), () => hold.release()]) {
      act()
      expect(hold.held).toBe(true)
      clock.pass(100)
    }
    clock.pass(300)
    expect(hold.held).toBe(false)
    expect(opened).toHaveLength(1)
  })

  it('is over for a touch that comes at once after it', () => {
    down()
    clock.pass(holdMs)
    hold.release()
    down()
    expect(hold.held).toBe(false)
    hold.release()
    clock.pass(holdMs)
    expect(opened).toHaveLength(1)
  })

  it('begins anew with every touch', () => {
    for (let n = 0; n < 5; n++) {
      down()
      clock.pass(holdMs - 1)
      hold.release()
    }
    expect(opened).toEqual([])
  })
})
