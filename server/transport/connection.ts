/** One phone's socket: its state and its one bounded output queue (W7). */
import type { Failure } from '../../protocol/errors'
import type { SessionId, TimeMs, UserId } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import { closeCodes, encode, type Down } from '../../protocol/wire'

/** What is used of a WebSocket; the simulator has its own. */
export interface Wire {
  readonly bufferedAmount: number
  send(text: string): void
  close(code: number): void
  /** Without a good-bye; frees what is buffered. */
  terminate(): void
}

const queuedFramesMax = 256
const queuedBytesMax = 1024 * 1024

export class Connection {
  /** greeting → live → closing. */
  state: 'greeting' | 'live' | 'closing' = 'greeting'
  userId: UserId = 0
  sessionId: SessionId = 0
  heardAt: TimeMs
  closingSince: TimeMs = 0
  /** Requests that have no answer yet. */
  unanswered = 0
  /** Frames heard in the running second. */
  frames = 0
  framesSecond = 0
  private queue: string[] = []
  private queuedBytes = 0

  constructor(
    readonly wire: Wire,
    readonly address: string,
    readonly openedAt: TimeMs,
    /** Asks to be flushed once, soon. */
    private readonly dirty: (connection: Connection) => void,
    private readonly now: () => TimeMs,
  ) {
    this.heardAt = openedAt
  }

  /** Queues a frame. One that does not fit ends the connection: its phone comes back and resyncs. */
  send(frame: Down): void {
    this.sendText(encode(frame))
  }

  sendText(text: string): void {
    if (this.state === 'closing') return
    const bytes = Buffer.byteLength(text)
    const held = this.queuedBytes + this.wire.bufferedAmount + bytes
    if (this.queue.length >= queuedFramesMax || held > queuedBytesMax) {
      this.queue = []
      return this.end({ code: 'overloaded' }, closeCodes.resync)
    }
    if (this.queue.length === 0) this.dirty(this)
    this.queue.push(text)
    this.queuedBytes += bytes
  }

  /** Writes what is queued: one message, or as many as its bytes ask for (W5). */
  flush(): void {
    const frames = this.queue
    this.queue = []
    this.queuedBytes = 0
    let message: string[] = []
    let bytes = 0
    for (const frame of frames) {
      const size = Buffer.byteLength(frame) + 1
      if (message.length > 0 && bytes + size + 1 > limits.frameOutBytesMax) {
        this.wire.send(joined(message))
        message = []
        bytes = 0
      }
      message.push(frame)
      bytes += size
    }
    if (message.length > 0) this.wire.send(joined(message))
  }

  /** Says why, then closes. What is queued before goes first. */
  end(error: Failure, code: number, afterMs = 0): void {
    if (this.state === 'closing') return
    this.flush()
    this.wire.send(encode({ t: 'bye', error, afterMs }))
    this.close(code)
  }

  close(code: number): void {
    if (this.state === 'closing') return
    this.flush()
    this.state = 'closing'
    this.closingSince = this.now()
    this.wire.close(code)
  }
}

const joined = (frames: readonly string[]): string =>
  frames.length === 1 ? (frames[0] ?? '') : `[${frames.join(',')}]`
