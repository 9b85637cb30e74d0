/**
 * A WebSocket client that costs the generator little: text only, masks of zeros, one read buffer for all sockets, one write
 * for what is said within one read. It takes what it is sent as Latin-1, which is enough to look for ASCII in it.
 */
import { connect, type Socket } from 'node:net'

export interface Target {
  host: string
  port: number
  path: string
  /** Source address: one of many on the loopback, so that ports do not run out. */
  from?: string
}
export interface SocketEar {
  opened(): void
  text(text: string): void
  /** Once, however it ended. */
  closed(why: string): void
}

const opcodes = { text: 1, close: 8, ping: 9, pong: 10 }
const bitOfEnd = 0x80
const nothing = Buffer.alloc(0)
/** A read is taken apart before the next one begins, so all sockets may read into the same bytes. */
const shared = Buffer.allocUnsafe(256 * 1024)

export class LeanSocket {
  private readonly socket: Socket
  private state: 'opening' | 'open' | 'over' = 'opening'
  /** The beginning of a frame that did not come whole. */
  private rest: Buffer = nothing
  private unsaid = ''
  private reading = false

  constructor(
    target: Target,
    private readonly ear: SocketEar,
  ) {
    const { host, port, path, from } = target
    this.socket = connect({
      ...{ host, port, noDelay: true },
      ...(from ? { localAddress: from } : {}),
      onread: { buffer: shared, callback: (bytes) => this.read(bytes) },
    })
    this.socket.on('connect', () => this.socket.write(upgrade(host, port, path), 'latin1'))
    this.socket.on('error', (error) => this.end(error.message))
    this.socket.on('close', () => this.end('the connection ended'))
  }

  /** Sends texts of ASCII in one write, at once or when what is being read has been taken apart. */
  say(...texts: readonly string[]): void {
    for (const text of texts) this.unsaid += frameOf(opcodes.text, text)
    if (!this.reading) this.flush()
  }

  /** Ends it without a good-bye; `closed` is not called. */
  cut(): void {
    this.state = 'over'
    this.socket.destroy()
  }

  private flush(): void {
    if (this.unsaid === '' || this.state === 'over') return
    this.socket.write(this.unsaid, 'latin1')
    this.unsaid = ''
  }

  private end(why: string): void {
    if (this.state === 'over') return
    this.cut()
    this.ear.closed(why)
  }

  private read(bytes: number): boolean {
    const fresh = shared.subarray(0, bytes)
    const all = this.rest.length > 0 ? Buffer.concat([this.rest, fresh]) : fresh
    this.reading = true
    const taken = this.take(all)
    this.reading = false
    this.rest = taken < all.length ? Buffer.from(all.subarray(taken)) : nothing
    this.flush()
    return true
  }

  /** Takes whole frames; how many bytes they were. */
  private take(bytes: Buffer): number {
    let at = this.state === 'opening' ? this.takeUpgrade(bytes) : 0
    while (this.state === 'open' && at + 2 <= bytes.length) {
      const [start, length] = measure(bytes, at)
      if (start + length > bytes.length) break
      this.hear(bytes[at] ?? 0, bytes, start, start + length)
      at = start + length
    }
    return at
  }

  private takeUpgrade(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n\r\n')
    if (end < 0) return 0
    const status = bytes.toString('latin1', 0, bytes.indexOf('\r'))
    if (status.startsWith('HTTP/1.1 101 ')) {
      this.state = 'open'
      this.ear.opened()
    } else this.end(status)
    return end + 4
  }

  private hear(first: number, bytes: Buffer, start: number, end: number): void {
    const text = bytes.toString('latin1', start, end)
    if (first === (bitOfEnd | opcodes.text)) this.ear.text(text)
    else if (first === (bitOfEnd | opcodes.ping)) this.unsaid += frameOf(opcodes.pong, text)
    else this.end(first === (bitOfEnd | opcodes.close) ? `closed with ${codeOf(text)}` : `opcode ${first}`)
  }
}

/** Where the payload of the frame at `at` starts, and its length; beyond all bytes when its head is not there yet. */
function measure(bytes: Buffer, at: number): readonly [number, number] {
  const short = (bytes[at + 1] ?? 0) & 0x7f
  if (short < 126) return [at + 2, short]
  if (short === 126) return at + 4 > bytes.length ? incomplete : [at + 4, bytes.readUInt16BE(at + 2)]
  return at + 10 > bytes.length ? incomplete : [at + 10, Number(bytes.readBigUInt64BE(at + 2))]
}
const incomplete = [Infinity, 0] as const

/** A frame of the client as Latin-1. A mask of zeros leaves the text as it is. */
function frameOf(opcode: number, text: string): string {
  const { length } = text
  if (length > 0xffff) throw new RangeError('the generator says nothing this long')
  const size = length < 126 ? chars(bitOfEnd | length) : chars(bitOfEnd | 126, length >> 8, length & 0xff)
  return `${chars(bitOfEnd | opcode)}${size}\0\0\0\0${text}`
}

const chars = (...codes: number[]): string => String.fromCharCode(...codes)
const codeOf = (text: string): number => text.charCodeAt(0) * 256 + text.charCodeAt(1)

const upgrade = (host: string, port: number, path: string): string =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    '\r\n',
  ].join('\r\n')
