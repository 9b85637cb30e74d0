/**
 * Offers a server messages: a closed loop (each socket keeps some unanswered) or an open one (so many a second, whatever is
 * answered). Measures at the client. Runs in a process of its own (start-child.ts).
 */
import { WebSocket } from 'ws'
import { PROTOCOL_VERSION } from '../../protocol/version'
import { decodeDown, encode, type Down } from '../../protocol/wire'
import { cpuSeconds, machineSeconds } from '../../bench/cpu'
import { quantile, sleep } from './measure'

export interface Offer {
  url: string
  speakers: { token: string; conversationId: number }[]
  /** Closed loop: unanswered messages of each socket. */
  inFlight?: number
  /** Open loop: messages a second, over all sockets. */
  ratePerSecond?: number
  /** Left out of the figures. */
  warmUpMs: number
  measureMs: number
  /** Process of the server. */
  pid: number
}
export interface Offered {
  sentPerSecond: number
  ackedPerSecond: number
  /** CPU seconds a second, while it was measured. */
  cores: { server: number; generator: number; machine: number }
  /** Of accepted messages, and of refusals: from the write to the answer, in ms. */
  ackMs: { p50: number; p99: number }
  refusalMs: { p50: number; p99: number }
  refused: Record<string, number>
  /** Of the whole run: [conversation, seq, clientId] of every message that was acknowledged. */
  acked: [number, number, string][]
  /** Sent, and never answered. */
  unanswered: number
}
interface Sent {
  at: number
  clientId: string
}
/** After so long without an answer nothing more will come. */
const silentMs = 5_000
const words = 'What is written here stands for a message of the usual length, about one hundred bytes.'
let serial = 0

class Speaker {
  readonly waiting = new Map<number, Sent>()
  private nextId = 1
  private socket: WebSocket

  constructor(
    url: string,
    readonly who: Offer['speakers'][number],
    private readonly onAnswer: (speaker: Speaker, sent: Sent, frame: Down & { t: 'res' }) => void,
  ) {
    this.socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, { perMessageDeflate: false })
  }

  ready(): Promise<void> {
    const { token } = this.who
    return new Promise((resolve, reject) => {
      this.socket.on('error', reject)
      this.socket.on('close', (code) => reject(new Error(`closed with ${code}`)))
      this.socket.on('open', () =>
        this.socket.send(encode({ t: 'hello', v: PROTOCOL_VERSION, token, features: [] })),
      )
      this.socket.on('message', (data: Buffer) => {
        for (const frame of decodeDown(data.toString()))
          if (frame.t === 'res') this.hear(frame)
          else if (frame.t === 'welcome') resolve()
          else if (frame.t === 'bye') reject(new Error(`bye: ${JSON.stringify(frame)}`))
      })
    })
  }

  say(): void {
    const id = this.nextId++
    const clientId = `offer-${process.pid}-${(serial++).toString(36)}`
    const body = { kind: 'text', text: words }
    this.waiting.set(id, { at: performance.now(), clientId })
    const input = { conversationId: this.who.conversationId, clientId, body, seenSeq: 0 }
    this.socket.send(encode({ t: 'req', id, op: 'chat.sendMessage', in: input }))
  }

  close(): void {
    this.socket.terminate()
  }

  private hear(frame: Down & { t: 'res' }): void {
    const sent = this.waiting.get(frame.id)
    this.waiting.delete(frame.id)
    if (sent) this.onAnswer(this, sent, frame)
  }
}

/** Runs one offer to its end. Throws Error when the server closes a socket. */
export async function runOffer(offer: Offer): Promise<Offered> {
  const tally = { sent: 0, acks: [] as number[], refusals: [] as number[] }
  const refused: Record<string, number> = {}
  const acked: Offered['acked'] = []
  let [measuring, over] = [false, false]
  const speakers = offer.speakers.map((who) => new Speaker(offer.url, who, heard))
  await Promise.all(speakers.map((speaker) => speaker.ready()))

  function say(speaker: Speaker): void {
    if (over) return
    if (measuring) tally.sent += 1
    speaker.say()
  }
  function heard(speaker: Speaker, sent: Sent, frame: Down & { t: 'res' }): void {
    const ms = performance.now() - sent.at
    if (frame.ok) {
      const { seq } = frame.out as { seq: number }
      acked.push([speaker.who.conversationId, seq, sent.clientId])
      if (measuring) tally.acks.push(ms)
      if (offer.inFlight) say(speaker)
      return
    }
    refused[frame.error.code] = (refused[frame.error.code] ?? 0) + 1
    if (measuring) tally.refusals.push(ms)
    if (offer.inFlight) setTimeout(say, Number(frame.error.data?.retryAfterMs ?? 100), speaker)
  }

  const stop = offer.inFlight ? start(speakers, offer.inFlight) : pace(speakers, offer.ratePerSecond ?? 1)
  await sleep(offer.warmUpMs)
  measuring = true
  const before = usage(offer.pid)
  await sleep(offer.measureMs)
  measuring = false
  const after = usage(offer.pid)
  const seconds = after.at - before.at
  const cores = {
    server: (after.server - before.server) / seconds,
    generator: (after.generator - before.generator) / seconds,
    machine: (after.machine - before.machine) / seconds,
  }
  over = true
  stop()
  const unanswered = await silence(speakers)
  for (const speaker of speakers) speaker.close()
  return {
    ...{ sentPerSecond: tally.sent / seconds, ackedPerSecond: tally.acks.length / seconds, cores },
    ...{ ackMs: spread(tally.acks), refusalMs: spread(tally.refusals), refused, acked, unanswered },
  }

  function start(all: readonly Speaker[], inFlight: number): () => void {
    for (const speaker of all) for (let n = 0; n < inFlight; n++) say(speaker)
    return () => undefined
  }
  function pace(all: readonly Speaker[], perSecond: number): () => void {
    const started = performance.now()
    let due = 0
    const timer = setInterval(() => {
      for (const now = ((performance.now() - started) * perSecond) / 1000; due < now; due++) {
        const speaker = all[due % all.length]
        if (speaker) say(speaker)
      }
    }, 1)
    return () => clearInterval(timer)
  }
}

const usage = (pid: number) => ({
  at: performance.now() / 1000,
  server: cpuSeconds(pid),
  generator: cpuSeconds(process.pid),
  machine: machineSeconds(),
})
const spread = (values: readonly number[]) => ({ p50: quantile(values, 0.5), p99: quantile(values, 0.99) })

/** Until all is answered, or nothing comes any more. Gives what is left. */
async function silence(speakers: readonly Speaker[]): Promise<number> {
  const left = () => speakers.reduce((sum, { waiting }) => sum + waiting.size, 0)
  let before = left()
  for (let until = performance.now() + silentMs; before > 0 && performance.now() < until;) {
    await sleep(10)
    const now = left()
    if (now < before) until = performance.now() + silentMs
    before = now
  }
  return before
}
