/** A proxy on loopback that knows frames: it breaks the first socket that carries so many of them. Calls by HTTP pass. */
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import type { Direction } from '../sim/net'

export interface RealBreak {
  direction: Direction
  /** The last one that passes, counted over all sockets. */
  frame: number
  how: 'cut' | 'halfOpen'
}
/** A half-open line is cut after this. */
const silentMs = 2_000

export interface FrameProxy {
  readonly url: string
  readonly frames: Record<Direction, number>
  hasHappened(): boolean
  close(): void
}

/** Listens on a free port of 127.0.0.1, in front of `target` (http://host:port). */
export async function startFrameProxy(target: string, at: RealBreak): Promise<FrameProxy> {
  const frames = { up: 0, down: 0 }
  const pairs = new Set<Pair>()
  let happened = false
  const http = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming
    const onward = request(new URL(url ?? '/', target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  new WebSocketServer({ server: http, perMessageDeflate: false }).on('connection', (phone) => {
    const server = new WebSocket(`${target.replace(/^http/, 'ws')}/ws`, { perMessageDeflate: false })
    const pair = new Pair({ up: phone, down: server }, (direction) => {
      const count = ++frames[direction]
      if (happened || direction !== at.direction || count !== at.frame) return
      happened = true
      if (at.how === 'cut') pair.cut()
      else {
        pair.deaf = direction
        setTimeout(() => pair.cut(), silentMs)
      }
    })
    pairs.add(pair)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    frames,
    hasHappened: () => happened,
    close() {
      for (const pair of pairs) pair.cut()
      http.closeAllConnections()
      http.close()
    },
  }
}

/** One phone's socket and the one behind it; by the direction of what comes out of each. */
class Pair {
  /** What goes this way is lost. */
  deaf: Direction | undefined
  private readonly early: string[] = []

  constructor(
    private readonly ends: Record<Direction, WebSocket>,
    private readonly passed: (direction: Direction) => void,
  ) {
    const { up, down } = ends
    up.on('message', (data: Buffer) => this.carry('up', down, data.toString()))
    down.on('message', (data: Buffer) => this.carry('down', up, data.toString()))
    down.on('open', () => {
      for (const text of this.early.splice(0)) this.carry('up', down, text)
    })
    for (const end of [up, down]) {
      end.on('error', () => undefined)
      end.on('close', () => this.cut())
    }
  }

  cut(): void {
    this.ends.up.terminate()
    this.ends.down.terminate()
  }

  private carry(direction: Direction, to: WebSocket, text: string): void {
    if (to.readyState === WebSocket.CONNECTING) return void this.early.push(text)
    if (this.deaf === direction || to.readyState !== WebSocket.OPEN) return
    // What the receiver answers comes after a cut, as on a wire that broke behind this frame.
    to.send(text, () => this.passed(direction))
  }
}
