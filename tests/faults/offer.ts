/**
 * Offers a server messages: a closed loop (each socket keeps some unanswered) or an open one (so many a second, whatever is
 * answered). Measures at the client. Runs in a process of its own (start-child.ts).
 */
import { cpuSeconds, machineSeconds } from '../../bench/cpu'
import { quantile, sleep } from './measure'
import { Speaker, type Identity } from './speaker'

export interface Offer {
  url: string
  speakers: Identity[]
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
  /** Of accepted messages, and of refusals, late ones too: from when they were due to the answer, in ms. */
  ackMs: { p50: number; p99: number }
  refusalMs: { p50: number; p99: number }
  refused: Record<string, number>
  /** Of the whole run: [conversation, seq, clientId] of every message that was acknowledged. */
  acked: [number, number, string][]
  /** Sent, and never answered. */
  unanswered: number
}
/** After so long without an answer nothing more will come. */
const silentMs = 5_000
/** What falls due in so many milliseconds is sent at once, in one write a socket; its times count from when it was due. */
const tickMs = 10
/** Until those who were refused without being told when come again. */
const retryMs = 100

/** Runs one offer to its end. Throws Error when the server closes a socket. */
export async function runOffer(offer: Offer): Promise<Offered> {
  const tally = { sent: 0, acks: [] as number[], refusals: [] as number[] }
  const refused: Record<string, number> = {}
  const acked: Offered['acked'] = []
  let [measuring, over] = [false, false]
  const speakers = offer.speakers.map(
    (who) => new Speaker(offer.url, who, { acked: heardYes, refused: heardNo }),
  )
  await Promise.all(speakers.map((speaker) => speaker.ready()))

  function say(speaker: Speaker, dueAt = performance.now()): void {
    if (over) return
    if (measuring) tally.sent += 1
    speaker.say(dueAt)
  }
  function heardYes(speaker: Speaker, dueAt: number, message: readonly [number, string]): void {
    acked.push([speaker.who.conversationId, ...message])
    if (measuring) tally.acks.push(performance.now() - dueAt)
    if (offer.inFlight) say(speaker)
  }
  function heardNo(speaker: Speaker, dueAt: number, code: string, retryAfterMs: number): void {
    refused[code] = (refused[code] ?? 0) + 1
    if (measuring || over) tally.refusals.push(performance.now() - dueAt)
    if (offer.inFlight) setTimeout(again, retryAfterMs || retryMs, speaker)
  }
  function again(speaker: Speaker): void {
    say(speaker)
    speaker.flush()
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
    for (const speaker of all) {
      for (let n = 0; n < inFlight; n++) say(speaker)
      speaker.flush()
    }
    return () => undefined
  }
  function pace(all: readonly Speaker[], perSecond: number): () => void {
    const started = performance.now()
    let due = 0
    const timer = setInterval(() => {
      const dueBy = ((performance.now() - started) * perSecond) / 1000
      for (; due < dueBy; due++) {
        const speaker = all[due % all.length]
        if (speaker) say(speaker, started + (due * 1000) / perSecond)
      }
      for (const speaker of all) speaker.flush()
    }, tickMs)
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
  const left = () => speakers.reduce((sum, { unanswered }) => sum + unanswered, 0)
  let before = left()
  for (let until = performance.now() + silentMs; before > 0 && performance.now() < until;) {
    await sleep(10)
    const now = left()
    if (now < before) until = performance.now() + silentMs
    before = now
  }
  return before
}
