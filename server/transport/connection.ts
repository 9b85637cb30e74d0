/** One phone's socket: its state and its one bounded output queue (W7). */
import type { Failure } from '../../protocol/errors'
import type { SessionId, UserId } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import { closeCodes, encode, type Down } from '../../protocol/wire'
import { Bucket } from './bucket'
import type { Outgoing } from './outgoing'
import type { Stoppable } from './turnstile'

/** What is used of a WebSocket; tests and the simulator have their own. */
export interface Wire extends Stoppable {
  /** Bytes that were sent and the network has not taken. */
  readonly bufferedAmount: number
  send(text: string): void
  close(code: number): void
  /** Without a good-bye; frees what is buffered. */
  terminate(): void
}
export interface ConnectionOptions {
  wire: Wire
  address: string
  /** In ticks, as all its times. */
  openedAt: number
  /** Frames a second. */
  rate: number
  outgoing: Outgoing
  /** Asks to be flushed once, soon. */
  dirty: (connection: Connection) => void
}

export const queuedFramesMax = 256
export const queuedBytesMax = 1024 * 1024
/** While the network has this much to take, frames wait in the queue. */
const blockedBytes = 64 * 1024

export class Connection {
  /** greeting (no hello yet) → checking (its token) → live → closing. */
  state: 'greeting' | 'checking' | 'live' | 'closing' = 'greeting'
  userId: UserId = 0
  sessionId: SessionId = 0
  heardAt: number
  /** The first sweep that saw it closing. */
  closingSince: number | undefined
  /** Requests that have no answer yet. */
  unanswered = 0
  readonly wire: Wire
  readonly address: string
  readonly openedAt: number
  readonly frames: Bucket
  private readonly outgoing: Outgoing
  private readonly dirty: (connection: Connection) => void
  /** One array for life: a new one after each flush would soon be made in V8's old space, and hold its frames there when it is dropped. */
  private readonly queue: string[] = []
  private queuedBytes = 0

  constructor({ wire, address, openedAt, rate, outgoing, dirty }: ConnectionOptions) {
    this.wire = wire
    this.address = address
    this.openedAt = openedAt
    this.heardAt = openedAt
    this.frames = new Bucket(rate, openedAt)
    this.outgoing = outgoing
    this.dirty = dirty
  }

  /** Queues a frame. One that does not fit ends the connection: its phone comes back and resyncs. */
  send(frame: Down): void {
    this.sendText(encode(frame))
  }

  sendText(text: string): void {
    if (this.state === 'closing') return
    if (this.queue.length >= queuedFramesMax) this.flush()
    const bytes = this.outgoing.bytesOf(text)
    const held = this.queuedBytes + this.wire.bufferedAmount + bytes
    if (this.queue.length >= queuedFramesMax || held > queuedBytesMax) {
      this.queue.length = this.queuedBytes = 0
      return this.end({ code: 'overloaded' }, closeCodes.resync)
    }
    if (this.queue.length === 0) this.dirty(this)
    this.queue.push(text)
    this.queuedBytes += bytes
  }

  /** Writes what is queued, as one message or as many as its bytes ask for (W5), while the network takes it. */
  flush(): void {
    while (this.queue.length > 0 && this.wire.bufferedAmount < blockedBytes)
      this.wire.send(this.nextMessage())
  }

  /** The network took what it had. */
  drained(): void {
    if (this.queue.length > 0) this.dirty(this)
  }

  /** Says why, then closes. What is queued before goes first. */
  end(error: Failure, code: number, afterMs = 0): void {
    if (this.state === 'closing') return
    const bye = encode({ t: 'bye', error, afterMs })
    this.queue.push(bye)
    this.queuedBytes += this.outgoing.bytesOf(bye)
    this.close(code)
  }

  close(code: number): void {
    if (this.state === 'closing') return
    this.state = 'closing'
    while (this.queue.length > 0) this.wire.send(this.nextMessage())
    this.wire.close(code)
  }

  private nextMessage(): string {
    const { queue, outgoing } = this
    // Two bytes of brackets, and a comma for each frame.
    if (this.queuedBytes + queue.length + 2 <= limits.frameOutBytesMax) {
      this.queuedBytes = 0
      return outgoing.messageOf(queue.splice(0))
    }
    let count = 0
    let bytes = 2
    for (const frame of queue) {
      bytes += Buffer.byteLength(frame) + 1
      if (count > 0 && bytes > limits.frameOutBytesMax) break
      count += 1
    }
    const frames = queue.splice(0, count)
    this.queuedBytes = queue.length === 0 ? 0 : this.queuedBytes - bytesOf(frames)
    return outgoing.messageOf(frames)
  }
}

const bytesOf = (frames: readonly string[]): number =>
  frames.reduce((sum, frame) => sum + Buffer.byteLength(frame), 0)
