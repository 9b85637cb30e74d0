/**
 * Long presses (U1). One finger that stays where it came down for `holdMs` holds; what scrolls, moves, is joined by a second
 * finger or is cancelled holds nothing. Own events on every target: uni's longpress goes on while its scroll-view scrolls.
 */
export interface Point {
  clientX: number
  clientY: number
}
/** Calls once after so many milliseconds; the result takes that back. */
export type After = (ms: number, call: () => void) => () => void

export const holdMs = 450
/** A finger trembles so far, in pixels. */
const tremblePx = 10
/** A list that told of scrolling this short a time ago still moves: the touch stops it, and is no press. */
const momentumMs = 120
/** The tap that some systems make of a long touch comes within this time of its end. */
const echoMs = 400

type Touch =
  /** No finger is down, or one that presses nothing any more. */
  | 'none'
  /** A finger is down and may come to hold. */
  | 'pressing'
  /** A finger has held, and is still down or was lifted just now. */
  | 'held'

/** Follows the one touch that is under way on the screen. */
export function createHold(after: After) {
  let touch: Touch = 'none'
  let from: Point = { clientX: 0, clientY: 0 }
  let takeBack: () => void = () => undefined
  let moving = false
  let stopMoving: () => void = () => undefined

  function become(next: Touch): void {
    takeBack()
    takeBack = () => undefined
    touch = next
  }
  return {
    /** `fingers` on the screen, the newest at `at`; `held` is called with the place when it has stayed there. */
    down(fingers: number, at: Point, held: (at: Point) => void): void {
      become('none')
      if (fingers !== 1 || moving) return
      from = at
      become('pressing')
      takeBack = after(holdMs, () => {
        become('held')
        held(at)
      })
    },
    move(fingers: number, at: Point): void {
      const far = Math.max(Math.abs(at.clientX - from.clientX), Math.abs(at.clientY - from.clientY))
      if (touch === 'pressing' && (fingers !== 1 || far > tremblePx)) become('none')
    },
    /** So many are on the screen, wherever they came down. */
    fingers(count: number): void {
      if (touch === 'pressing' && count > 1) become('none')
    },
    /** The finger was lifted, or the system took the touch away. */
    release(): void {
      if (touch !== 'held') return become('none')
      takeBack()
      takeBack = after(echoMs, () => become('none'))
    },
    /** Another touch came, somewhere else. */
    forget: (): void => become('none'),
    /** Something that may lie under the finger scrolled. */
    scrolled(): void {
      stopMoving()
      moving = true
      stopMoving = after(momentumMs, () => (moving = false))
      if (touch === 'pressing') become('none')
    },
    /** The touch held: what else comes of it, a drag or a tap, does nothing. */
    get held(): boolean {
      return touch === 'held'
    },
  }
}
