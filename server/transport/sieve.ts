/**
 * Looks at what a socket read before the WebSocket library does: requests that a loaded server turns away go no further, and
 * cost no copy, no event and no parse. The rest passes as it came, and the library alone judges whether it is well formed.
 */
export interface Refuser {
  /** Asked once for each read. False: all of it passes. */
  isBusy(): boolean
  /** True: a text message that starts like this, so many bytes long, was refused. */
  refuses(start: string, bytes: number): boolean
}

/** A whole, masked text message in one frame (RFC 6455, 5.2), as phones send it. */
const [finalText, masked, maskBytes] = [0x81, 0x80, 4]
/** Two bytes, the longest length, a mask. */
const headBytesMax = 14
/** As much of a message as tells what it asks for. */
const startBytes = 112
const scratch = Buffer.alloc(startBytes)
const nothing = Buffer.alloc(0)

export class Sieve {
  /** Bytes to come of a frame that began to pass. */
  private owed = 0
  /** The head of a frame, as far as it was read and passed. */
  private head: Buffer = nothing

  constructor(private readonly refuser: Refuser) {}

  /** What is left of a read, in order. Nothing is kept back: a frame that did not come whole passes. */
  take(read: Buffer): readonly Buffer[] {
    const isBusy = this.refuser.isBusy()
    const left: Buffer[] = []
    let from = 0
    let at = this.skip(read)
    while (at < read.length) {
      const [start, end] = frameAt(read, at)
      if (isBusy && end <= read.length && this.refuses(read, at, start, end)) {
        if (from < at) left.push(read.subarray(from, at))
        from = end
      }
      if (start > read.length) this.head = Buffer.from(read.subarray(at))
      else this.owed = Math.max(0, end - read.length)
      at = Math.min(end, read.length)
    }
    if (from < at) left.push(from === 0 ? read : read.subarray(from))
    return left
  }

  /** Where the first frame starts that starts in this read. */
  private skip(read: Buffer): number {
    if (this.head.length > 0) {
      const head = Buffer.concat([this.head, read.subarray(0, headBytesMax)])
      const [start, end] = frameAt(head, 0)
      if (start > head.length) {
        this.head = head
        return read.length
      }
      this.owed = end - this.head.length
      this.head = nothing
    }
    const skipped = Math.min(this.owed, read.length)
    this.owed -= skipped
    return skipped
  }

  private refuses(bytes: Buffer, at: number, start: number, end: number): boolean {
    if (bytes[at] !== finalText || ((bytes[at + 1] ?? 0) & masked) === 0) return false
    return this.refuser.refuses(unmasked(bytes, start, end), end - start)
  }
}

/** Where the payload of the frame at `at` starts and ends; beyond all bytes when its head is not there yet. */
function frameAt(bytes: Buffer, at: number): readonly [number, number] {
  const second = bytes[at + 1]
  if (second === undefined) return unknown
  const mask = second >= masked ? maskBytes : 0
  const short = second & 0x7f
  const start = at + 2 + mask + (short === 126 ? 2 : short === 127 ? 8 : 0)
  if (start > bytes.length) return unknown
  if (short < 126) return [start, start + short]
  return [start, start + (short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2)))]
}
const unknown = [Infinity, Infinity] as const

/** The first characters of a payload, whose mask stands before it. What is not ASCII in it comes out wrong. */
function unmasked(bytes: Buffer, start: number, end: number): string {
  const count = Math.min(end - start, startBytes)
  const mask = start - maskBytes
  for (let n = 0; n < count; n++) scratch[n] = (bytes[start + n] ?? 0) ^ (bytes[mask + (n & 3)] ?? 0)
  return scratch.toString('latin1', 0, count)
}
