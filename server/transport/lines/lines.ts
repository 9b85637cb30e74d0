/**
 * Every connection that is no socket yet, from its first moment: those that never finish a head, slow bodies, slow readers, and
 * those that are kept for later. Their number is bounded, in fair shares (L8, L10).
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { addressOf } from '../address'
import { FairShare } from './fair-share'

export interface LineBounds {
  /** Connections of all addresses, sockets among them. */
  connectionsMax: number
  /** Calls of all addresses that may hold an open file. */
  filesMax: number
  /** Trusted proxies in front: their own connections are many people's, and count for the caller while a call lasts. */
  trustProxy: number
}

/** Watches the connections of `server`. */
export function boundLines(server: Server, bounds: LineBounds): void {
  const lines = new Lines(bounds)
  server.on('connection', (line: Socket) => lines.opened(line))
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    lines.asked(request)
    response.once('close', () => lines.answered(request))
  })
  server.prependListener('upgrade', (request: IncomingMessage) => lines.upgraded(request.socket))
}

class Lines {
  private readonly waiting = new FairShare<Socket>()
  private readonly files = new FairShare<Socket>()
  private readonly calls = new Map<Socket, IncomingMessage>()
  private sockets = 0

  constructor(private readonly bounds: LineBounds) {}

  opened(line: Socket): void {
    line.once('close', () => {
      this.waiting.remove(line)
      this.files.remove(line)
      this.calls.delete(line)
    })
    this.takeIn(line, peerOf(line), this.bounds.trustProxy === 0)
  }

  asked(request: IncomingMessage): void {
    const { socket: line, headers, url } = request
    const { trustProxy, filesMax } = this.bounds
    const address = addressOf(headers, line.remoteAddress, trustProxy)
    this.calls.set(line, request)
    if (trustProxy > 0) this.takeIn(line, address, true)
    if (/^[^?]*\/api\//.test(url ?? '')) return
    // The file that is on its way longest makes room.
    if (this.files.size >= filesMax) this.cut(first(this.files.claim(address).holders))
    this.files.add(line, address)
  }

  answered(request: IncomingMessage): void {
    const { socket: line } = request
    if (this.calls.get(line) === request) this.calls.delete(line)
    this.files.remove(line)
    if (this.waiting.remove(line)) this.waiting.add(line, peerOf(line))
  }

  /** A socket has bounds of its own (L9). */
  upgraded(line: Socket): void {
    this.waiting.remove(line)
    this.sockets += 1
    line.once('close', () => (this.sockets -= 1))
  }

  private takeIn(line: Socket, address: string, isCaller: boolean): void {
    const { connectionsMax } = this.bounds
    const { waiting } = this
    waiting.remove(line)
    let hasRoom = waiting.size + this.sockets < connectionsMax
    if (isCaller && waiting.of(address) >= connectionsMax / 2)
      hasRoom = this.cut(this.idle(waiting.holdersOf(address)))
    else if (!hasRoom) {
      const { holders, isUnfair } = waiting.claim(address)
      hasRoom = this.cut(this.idle(holders) ?? (isUnfair ? first(holders) : undefined))
    }
    if (hasRoom) waiting.add(line, address)
    else line.destroy()
  }

  /** The first whose call is not there as a whole: nothing was accepted that would get no answer. */
  private idle(holders: Iterable<Socket>): Socket | undefined {
    for (const line of holders) if (!this.calls.get(line)?.complete) return line
    return undefined
  }

  private cut(line: Socket | undefined): boolean {
    if (line === undefined) return false
    this.waiting.remove(line)
    this.files.remove(line)
    line.destroy()
    return true
  }
}

const peerOf = ({ remoteAddress }: Socket): string => addressOf({}, remoteAddress, 0)
const first = ([one]: Iterable<Socket>): Socket | undefined => one
