/** Sockets that do not read, or read 1 KB a second, in a busy conversation: memory stays bounded, the others notice nothing. */
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROTOCOL_VERSION } from '../../protocol/version'
import { closeCodes, encode } from '../../protocol/wire'
import { launchCrowd, type Crowd, type Person } from './crowd'
import { isNoSlower, quantile, rssMiB, sleep, socketsOf, until, type Pair } from './measure'
import { WirePhone } from './wire-phone'

const readersMax = 30
const pausedMax = 20
const fewMax = 5
const growthMaxMiB = 64
const slowdownMax = 1.2
/** Below this a difference is the machine's, not the server's. */
const noiseMs = 5
const roundsMax = 5
/** 15 KB on the wire. */
const text = '话'.repeat(5_000)
const perSecond = 40
const seconds = 3
/** The kernel takes 4 MB for a socket that nobody reads, before the server has anything to hold. */
const fillMessages = 280

let crowd: Crowd
let readers: WirePhone[]
let talk: number
/** One reader and a few others. */
let smallTalk: number
/** Sent but not yet heard by all: when it left, and what the readers waited for it. */
const sentAt = new Map<string, number>()
let latencies: number[] = []
/** Sockets of the server when only the readers are connected. */
let idle: number
let serial = 0

beforeAll(async () => {
  const people = readersMax + 2 * pausedMax
  const all = Array.from({ length: people }, (_, n) => n)
  crowd = await launchCrowd({ people, talks: [all, [0, ...all.slice(readersMax, readersMax + fewMax)]] })
  ;[talk = 0, smallTalk = 0] = crowd.talks
  readers = crowd.people
    .slice(0, readersMax)
    .map((person) => new WirePhone(crowd.server.url, person, { onFrame: note }))
  await Promise.all(readers.map((reader) => reader.connect()))
  idle = socketsOf(crowd.server.pid)
  await burst(readersMax)
})
afterAll(async () => {
  for (const reader of readers) reader.close()
  await crowd.server.stop()
})

/** A live frame arrived at a reader. */
function note({ rows }: { rows: readonly object[] }): void {
  for (const row of rows) {
    const at = 'clientId' in row ? sentAt.get(String(row.clientId)) : undefined
    if (at !== undefined) latencies.push(performance.now() - at)
  }
}

/** One message from one of the readers. */
async function say(reader: number, conversationId = talk): Promise<void> {
  const clientId = `slow-${process.pid}-${serial++}`
  sentAt.set(clientId, performance.now())
  const body = { kind: 'text', text } as const
  const input = { conversationId, clientId, body, seenSeq: 0 }
  const answer = await readers[reader]?.call('chat.sendMessage', input)
  if (!answer?.ok) throw new Error(`refused: ${JSON.stringify(answer)}`)
}

/** As fast as it goes, a few at a time. Gives the most memory the server had. */
async function burst(messages: number): Promise<number> {
  let peakMiB = 0
  for (let n = 0; n < messages; n += readersMax) {
    await Promise.all(readers.map((_, reader) => say(reader)))
    peakMiB = Math.max(peakMiB, rssMiB(crowd.server.pid))
  }
  return peakMiB
}

/** Fills the kernel's buffers, then talks at a steady rate: latency to the readers, and the most memory meanwhile. */
async function busyTime(): Promise<{ p99Ms: number; peakMiB: number }> {
  let peakMiB = await burst(fillMessages)
  sentAt.clear()
  latencies = []
  const said: Promise<void>[] = []
  const started = performance.now()
  for (let n = 0; n < perSecond * seconds; n++) {
    await sleep(Math.max(0, started + (n * 1000) / perSecond - performance.now()))
    said.push(say(n % readersMax))
    peakMiB = Math.max(peakMiB, rssMiB(crowd.server.pid))
  }
  await Promise.all(said)
  await until(() => latencies.length >= said.length * readersMax, 10_000, 'all readers heard everything')
  return { p99Ms: quantile(latencies, 0.99), peakMiB }
}

/** Until the server holds no socket but the readers'. */
const onlyReaders = () =>
  until(() => socketsOf(crowd.server.pid) <= idle, 15_000, 'the server closes slow sockets')

const phones = (from: number): WirePhone[] =>
  crowd.people
    .slice(readersMax + from, readersMax + from + pausedMax)
    .map((person) => new WirePhone(crowd.server.url, person))

/** Comes back, and holds what a reader holds that never left, as far back as its window goes. */
async function expectConverged(phone: WirePhone, conversationId = talk): Promise<void> {
  await phone.connect()
  phone.close()
  const [mine, whole] = [phone, readers[0]].map((one) => one?.streams.get(conversationId))
  const held = (mine?.messages ?? []).map(({ seq, clientId }) => `${seq} ${clientId}`)
  const said = (whole?.messages ?? []).map(({ seq, clientId }) => `${seq} ${clientId}`)
  expect(mine?.version).toBe(whole?.version)
  expect(held.length).toBeGreaterThan(0)
  expect(held).toEqual(said.slice(-held.length))
}

/** A socket that says hello and then reads a kilobyte a second. Gives what ends it. */
function drip({ token }: Person): () => void {
  const { hostname, port } = new URL(crowd.server.url)
  const socket = connect({
    ...{ host: hostname, port: Number(port) },
    onread: { buffer: Buffer.alloc(1024), callback: () => false },
  })
  socket.on('error', () => undefined)
  const hello = Buffer.from(encode({ t: 'hello', v: PROTOCOL_VERSION, token, features: [] }))
  socket.write(
    `GET /ws HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n\r\n`,
  )
  // A text frame of 126 to 65,535 bytes, masked with zeros.
  const start = [0x81, 0xfe, hello.length >> 8, hello.length & 255, 0, 0, 0, 0]
  socket.write(Buffer.concat([Buffer.from(start), hello]))
  const timer = setInterval(() => socket.resume(), 1_000)
  return () => {
    clearInterval(timer)
    socket.destroy()
  }
}

describe('slow consumers', () => {
  it(`[W7] ${pausedMax} paused sockets cost bounded memory, nobody waits for them, and they converge`, async () => {
    const seen: string[] = []
    const p99s: Pair[] = []
    let fits = false
    for (let round = 1; round <= roundsMax && !fits; round++) {
      const alone = await busyTime()
      const paused = phones(0)
      await Promise.all(paused.map((phone) => phone.greet()))
      for (const phone of paused) phone.pause()
      const together = await busyTime()
      await onlyReaders()
      for (const phone of paused) phone.resume()
      await until(() => paused.every(({ closedWith }) => closedWith !== undefined), 15_000, 'phones notice')
      seen.push(
        `round ${round}: p99 ${alone.p99Ms.toFixed(1)} ms alone, ${together.p99Ms.toFixed(1)} ms with ${pausedMax} ` +
          `paused; RSS ${alone.peakMiB.toFixed(0)}, ${together.peakMiB.toFixed(0)} MiB; ended with ${endsOf(paused)}`,
      )
      expect(together.peakMiB - alone.peakMiB).toBeLessThanOrEqual(growthMaxMiB)
      p99s.push({ alone: alone.p99Ms, together: together.p99Ms })
      fits = isNoSlower(p99s, slowdownMax, noiseMs)
      for (const phone of paused) await expectConverged(phone)
    }
    console.log(`slow consumers: ${seen.join('\n')}`)
    expect(fits, seen.join('\n')).toBe(true)
  })

  it('[W7] [Y4] a socket that reads again soon is told to resync: bye overloaded and 4408', async () => {
    const paused = phones(0).slice(0, fewMax)
    await Promise.all(paused.map((phone) => phone.greet()))
    for (const phone of paused) phone.pause()
    for (let n = 0; n < 10; n++) await Promise.all(Array.from({ length: 40 }, () => say(0, smallTalk)))
    for (const phone of paused) phone.resume()
    await until(() => paused.every(({ closedWith }) => closedWith !== undefined), 15_000, 'all are closed')
    console.log(`reading again: ended with ${endsOf(paused)}`)
    for (const { closedWith, bye } of paused)
      expect([closedWith, bye?.error.code]).toEqual([closeCodes.resync, 'overloaded'])
    for (const phone of paused) await expectConverged(phone, smallTalk)
  })

  it('[W7] readers of 1 KB a second are closed too, and converge', async () => {
    await onlyReaders()
    const before = rssMiB(crowd.server.pid)
    const slow = crowd.people.slice(-pausedMax)
    const ends = slow.map(drip)
    try {
      await until(() => socketsOf(crowd.server.pid) === idle + pausedMax, 5_000, 'slow readers are connected')
      const peakMiB = await burst(fillMessages + 120)
      console.log(`1 KB/s: RSS ${before.toFixed(0)}, ${peakMiB.toFixed(0)} MiB`)
      expect(peakMiB - before).toBeLessThanOrEqual(growthMaxMiB)
      await onlyReaders()
    } finally {
      for (const end of ends) end()
    }
    for (const person of slow) await expectConverged(new WirePhone(crowd.server.url, person))
  })
})

const endsOf = (list: readonly WirePhone[]): string => {
  const counts = new Map<number | undefined, number>()
  for (const { closedWith } of list) counts.set(closedWith, (counts.get(closedWith) ?? 0) + 1)
  return [...counts].map(([code, count]) => `${count} × ${code}`).join(', ')
}
