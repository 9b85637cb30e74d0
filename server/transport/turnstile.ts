/**
 * Lets a bounded number of frames through in one round of the event loop, whoever sends them, and reads sockets seldom while
 * the server is loaded. So commits, timers and answers get their turn, and what is left waits in the network (L4).
 */
export interface Stoppable {
  /** Stops reading; what was read already may still come. */
  pause?(): void
  resume?(): void
}
interface Gate {
  readonly wire: Stoppable
  readonly hear: (text: string) => void
  /** Read, and waiting for a round. */
  readonly texts: string[]
  resting: boolean
}

/** A commit takes 128 of them (F3): where three of four are refused there are enough in each round. */
export const framesPerRound = 512
/** A loaded server reads each socket so seldom: a read costs more than the refusal of what was read. */
export const restMs = 32

export class Turnstile {
  private left = framesPerRound
  private scheduled = false
  private readonly waiting: Gate[] = []
  private readonly resting: Gate[] = []

  constructor(private readonly isBusy: () => boolean) {}

  /** The way in of one socket: its texts reach `hear` in order, some of them a few rounds later. */
  gate(wire: Stoppable, hear: (text: string) => void): (text: string) => void {
    const gate: Gate = { wire, hear, texts: [], resting: false }
    return (text) => {
      if (this.left > 0 && gate.texts.length === 0) this.pass(gate, text)
      else this.hold(gate, text)
    }
  }

  private pass(gate: Gate, text: string): void {
    this.left -= 1
    this.schedule()
    gate.hear(text)
    if (!gate.resting && this.isBusy()) this.rest(gate)
  }

  private rest(gate: Gate): void {
    gate.resting = true
    gate.wire.pause?.()
    if (this.resting.push(gate) === 1) setTimeout(() => this.wake(), restMs)
  }

  private wake(): void {
    for (const gate of this.resting.splice(0)) {
      gate.resting = false
      if (gate.texts.length === 0) gate.wire.resume?.()
    }
  }

  private hold(gate: Gate, text: string): void {
    if (gate.texts.push(text) > 1) return
    gate.wire.pause?.()
    this.waiting.push(gate)
    this.schedule()
  }

  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    setImmediate(() => this.round())
  }

  /** One text of each socket that waits, then another, while there is room. */
  private round(): void {
    this.scheduled = false
    this.left = framesPerRound
    while (this.left > 0 && this.waiting.length > 0) {
      const gates = this.waiting.splice(0, this.left)
      for (const gate of gates) this.next(gate)
    }
  }

  private next(gate: Gate): void {
    const text = gate.texts.shift()
    if (text === undefined) return
    this.pass(gate, text)
    if (gate.texts.length > 0) this.waiting.push(gate)
    else if (!gate.resting) gate.wire.resume?.()
  }
}
