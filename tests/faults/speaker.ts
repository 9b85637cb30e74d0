/**
 * One phone of an offer. It costs the generator little: what falls due together is written at once, and answers are found in
 * the text instead of parsed.
 */
import { PROTOCOL_VERSION } from '../../protocol/version'
import { encode } from '../../protocol/wire'
import { LeanSocket } from '../../bench/socket'

export interface Identity {
  readonly token: string
  readonly conversationId: number
}
/** What became of a message that should have been sent at `dueAt` (performance.now). */
export interface SpeakerEar {
  acked(speaker: Speaker, dueAt: number, message: readonly [seq: number, clientId: string]): void
  refused(speaker: Speaker, dueAt: number, code: string, retryAfterMs: number): void
}

const words = 'What is written here stands for a message of the usual length, about one hundred bytes.'
const answerStart = '{"t":"res","id":'
let serial = 0

export class Speaker {
  /** Sent, and not answered. */
  unanswered = 0
  private readonly name = `offer-${process.pid}-${(serial++).toString(36)}`
  /** By the number of the request. */
  private readonly dueAt: number[] = []
  private unsaid: string[] = []
  private readonly socket: LeanSocket
  private opened = false
  private settle: { welcome(): void; closed(error: Error): void } | undefined

  constructor(
    url: string,
    readonly who: Identity,
    private readonly ear: SpeakerEar,
  ) {
    const { hostname: host, port } = new URL(url)
    this.socket = new LeanSocket(
      { host, port: Number(port), path: '/ws' },
      {
        opened: () =>
          this.socket.say(encode({ t: 'hello', v: PROTOCOL_VERSION, token: who.token, features: [] })),
        text: (text) => this.hear(text),
        closed: (why) => this.closed(new Error(`the server closed a socket: ${why}`)),
      },
    )
  }

  ready(): Promise<void> {
    return new Promise((welcome, closed) => (this.settle = { welcome, closed }))
  }

  /** Adds a message to the next write. */
  say(dueAt: number): void {
    const id = this.dueAt.push(dueAt) - 1
    this.unanswered += 1
    this.unsaid.push(
      `{"t":"req","id":${id},"op":"chat.sendMessage","in":{"conversationId":${this.who.conversationId},` +
        `"clientId":"${this.clientId(id)}","body":{"kind":"text","text":"${words}"},"seenSeq":0}}`,
    )
  }

  flush(): void {
    if (this.unsaid.length === 0) return
    this.socket.say(...this.unsaid)
    this.unsaid = []
  }

  close(): void {
    this.socket.cut()
  }

  private closed(error: Error): void {
    if (this.opened) throw error
    this.settle?.closed(error)
  }

  private hear(text: string): void {
    if (!this.opened && text.startsWith('{"t":"welcome"')) {
      this.opened = true
      this.settle?.welcome()
    }
    for (let at = text.indexOf(answerStart); at >= 0; at = text.indexOf(answerStart, at + 1))
      this.answered(text, at + answerStart.length)
    this.flush()
  }

  private answered(text: string, at: number): void {
    const id = parseInt(text.slice(at, at + 9), 10)
    const dueAt = this.dueAt[id] ?? NaN
    if (Number.isNaN(dueAt)) throw new Error(`request ${id} was answered twice, or never made`)
    this.dueAt[id] = NaN
    this.unanswered -= 1
    if (text.startsWith('true', text.indexOf('"ok":', at) + 5)) {
      this.ear.acked(this, dueAt, [numberAfter(text, '"seq":', at), this.clientId(id)])
      return
    }
    const code = text.indexOf('"code":"', at) + 8
    const end = text.indexOf('"', code)
    const retryAfterMs = text.startsWith(',"data"', end + 1) ? numberAfter(text, '"retryAfterMs":', end) : NaN
    this.ear.refused(this, dueAt, text.slice(code, end), retryAfterMs)
  }

  private clientId(id: number): string {
    return `${this.name}-${id}`
  }
}

/** NaN: there is none. */
function numberAfter(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from)
  return at < 0 ? NaN : parseInt(text.slice(at + mark.length, at + mark.length + 15), 10)
}
