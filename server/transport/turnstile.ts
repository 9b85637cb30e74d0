/**
 * Lets a bounded number of frames through in one round of the event loop, whoever sends them. So commits, timers and answers
 * get their turn, and what is left waits in the network (L4).
 */
export interface Stoppable {
  /** Stops reading; what was read already may still come. */
  pause(): void
  resume(): void
}
interface Gate {
  readonly wire: Stoppable
  readonly hear: (text: string) => void
  /** Read, and waiting for a round. */
  readonly texts: string[]
}

/** As many as one commit takes (F3). */
export const framesPerRound = 512
/** What one socket says at once stays together: it is written in one transaction then, and answered in one write. */
const togetherMax = 8

export class Turnstile {
  private left = framesPerRound
  private scheduled = false
  private readonly waiting: Gate[] = []
  /** Texts that wait for a round. */
  held = 0

  /** The way in of one socket: its texts reach `hear` in order, some of them a few rounds later. */
  gate(wire: Stoppable, hear: (text: string) => void): (text: string) => void {
    const gate: Gate = { wire, hear, texts: [] }
    return (text) => {
      if (this.left > 0 && gate.texts.length === 0) this.pass(gate, text)
      else this.hold(gate, text)
    }
  }

  private pass(gate: Gate, text: string): void {
    this.left -= 1
    this.schedule()
    gate.hear(text)
  }

  private hold(gate: Gate, text: string): void {
    this.held += 1
    if (gate.texts.push(text) > 1) return
    gate.wire.pause()
    this.waiting.push(gate)
    this.schedule()
  }

  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    setImmediate(() => this.round())
  }

  /** Some texts of each socket that waits, then some more, while there is room. */
  private round(): void {
    this.scheduled = false
    this.left = framesPerRound
    while (this.left > 0 && this.waiting.length > 0) {
      const gates = this.waiting.splice(0, Math.ceil(this.left / togetherMax))
      for (const gate of gates) this.next(gate)
    }
  }

  private next(gate: Gate): void {
    const texts = gate.texts.splice(0, Math.min(this.left, togetherMax))
    this.held -= texts.length
    for (const text of texts) this.pass(gate, text)
    if (gate.texts.length > 0) this.waiting.push(gate)
    else gate.wire.resume()
  }
}
