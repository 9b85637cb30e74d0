/** The cut over real sockets: a real server, real time, and a proxy for each phone that breaks its line after a frame. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { limits } from '../../protocol/limits'
import type { MessageRow } from '../../protocol/records'
import { createEngine } from '../../src/engine/engine'
import type { Engine, Ticket } from '../../src/engine/face'
import { nodePorts, type NodePorts } from '../helpers/node-ports'
import { befriend, freshId, must, post, register, type Registered } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from '../server/launch'
import { startFrameProxy, type FrameProxy, type RealBreak } from './frame-proxy'

const password = 'correct horse 1'
const frames = Array.from({ length: 20 }, (_, n) => n + 1)
const breaks: RealBreak[] = (['cut', 'halfOpen'] as const).flatMap((how) =>
  (['up', 'down'] as const).flatMap((direction) => frames.map((frame) => ({ how, direction, frame }))),
)
/** Of one user. */
const devices = 8
const wordsMin = 8
const wordsMax = 60

interface Talk {
  anna: Registered
  bo: Registered
  conversationId: number
}
interface RealPhone {
  at: RealBreak
  talk: Talk
  proxy: FrameProxy
  ports: NodePorts
  engine: Engine
  said: Map<Ticket, string>
  settled: Map<Ticket, boolean>
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
/** What is waited for: named when the test ends before it happens. */
const waiting = new Set<string>()
async function until(what: string, holds: () => boolean): Promise<void> {
  waiting.add(what)
  while (!holds()) await pause(20)
  waiting.delete(what)
}

const nameOf = ({ how, direction, frame }: RealBreak) => `${how} after frame ${frame} ${direction}`

async function startPhone(target: string, at: RealBreak, talk: Talk): Promise<RealPhone> {
  const proxy = await startFrameProxy(target, at)
  const ports = nodePorts({ name: 'cut', url: () => proxy.url, disk: new Map() })
  const engine = createEngine(ports)
  const phone: RealPhone = { at, talk, proxy, ports, engine, said: new Map(), settled: new Map() }
  engine.onSettled((ticket, { ok }) => phone.settled.set(ticket, ok))
  engine.start()
  await until(`the start of ${nameOf(at)}`, () => engine.session().state === 'signedOut')
  await signIn(phone)
  return phone
}

/** Who sees that it failed tries again. */
async function signIn({ engine, ports, talk, settled, at }: RealPhone): Promise<void> {
  const input = { account: talk.bo.account, password, device: ports.device }
  let ticket: Ticket
  do {
    ticket = engine.tell({ is: 'call', op: 'accounts.signIn', input })
    await until(`the sign-in of ${nameOf(at)}`, () => settled.has(ticket))
  } while (!settled.get(ticket))
}

/** Talks until its line has broken: what it has said makes frames enough. */
async function talkOn({ engine, talk, said, proxy, at }: RealPhone): Promise<void> {
  const { conversationId } = talk
  await until(`the chat of ${nameOf(at)}`, () => engine.chats().length > 0)
  for (let n = 0; n < wordsMin || (!proxy.hasHappened() && n < wordsMax); n++) {
    const text = `${n} after ${at.how} ${at.direction} ${at.frame}`
    const input = { conversationId, body: { kind: 'text' as const, text }, seenSeq: 0 }
    said.set(engine.tell({ is: 'call', op: 'chat.sendMessage', input }), text)
    await pause(50)
  }
  await until(nameOf(at), () => proxy.hasHappened())
}

async function logOf(url: string, { anna, conversationId }: Talk): Promise<MessageRow[]> {
  const log: MessageRow[] = []
  for (let beforeSeq = Number.MAX_SAFE_INTEGER; ; beforeSeq = log[0]?.seq ?? 1) {
    const input = { conversationId, beforeSeq, limit: limits.pageRowsMax }
    const page = must(await post(url, 'chat.listMessages', input, anna.token))
    log.unshift(...page.rows)
    if (!page.more) return log
  }
}

const facts = (list: readonly { seq: number | undefined; body: object }[]): string =>
  JSON.stringify(list.slice(-limits.windowMessages).map(({ seq, body }) => [seq, body]))

/** Nothing when the phone holds what the log says, and everything it said is there once, in its order. */
function differs({ engine, talk, said, settled, at }: RealPhone, log: readonly MessageRow[]): string[] {
  const name = nameOf(at)
  if (!engine.current() || engine.pendingCount() > 0) return [`${name}: not current`]
  const mine = [...said.values()]
  const there = log.flatMap(({ body }) =>
    body.kind === 'text' && mine.includes(body.text) ? [body.text] : [],
  )
  const broken: string[] = []
  if (there.join() !== mine.join()) broken.push(`${name}: said ${mine.join()}, there are ${there.join()}`)
  if ([...said.keys()].some((ticket) => !settled.get(ticket))) broken.push(`${name}: not all is settled`)
  if (facts(engine.room(talk.conversationId).messages) !== facts(log)) broken.push(`${name}: another log`)
  return broken
}

// Only for what hangs: everything is waited for.
describe('cut over real sockets', { timeout: 600_000 }, () => {
  let server: LaunchedServer
  const talks: Talk[] = []
  const phones: RealPhone[] = []
  beforeAll(async () => {
    server = await launchServer(undefined, { env: { RATE_LIMIT_FACTOR: '100000' } })
    for (let n = 0; n < breaks.length / devices; n++) {
      const [anna, bo] = [
        await register(server.url, `cut-anna${n}`),
        await register(server.url, `cut-bo${n}`),
      ]
      talks.push({ anna, bo, conversationId: await befriend(server.url, anna, bo) })
    }
  }, 600_000)
  afterAll(async () => {
    for (const { engine, ports, proxy } of phones) {
      engine.stop()
      ports.end()
      proxy.close()
    }
    await server.stop()
  })

  it('[Y7] [Y8] [O3] [S4] all phones agree after their lines broke', async ({ onTestFailed }) => {
    let left: string[] = []
    onTestFailed(() => console.error('still waiting for', ...waiting, ...left))
    const talking: Promise<void>[] = []
    const signInAll = async (talk: Talk, first: number) => {
      // One after the other: a server bounds the passwords it looks at.
      for (const at of breaks.slice(first, first + devices)) {
        const phone = await startPhone(server.url, at, talk)
        phones.push(phone)
        talking.push(talkOn(phone))
      }
    }
    await Promise.all(talks.map((talk, n) => signInAll(talk, n * devices)))
    await Promise.all(talking)
    const doneAt = Date.now()
    for (const { anna, conversationId } of talks) {
      const body = { kind: 'text' as const, text: 'the last word' }
      const input = { conversationId, clientId: freshId(), body, seenSeq: 0 }
      must(await post(server.url, 'chat.sendMessage', input, anna.token))
    }
    // How soon they must is counted in cut.test.ts; here the machine has a say.
    while ((left = await look()).length > 0) await pause(200)
    console.log(`cut over real sockets: ${breaks.length} breaks, all agree ${Date.now() - doneAt} ms after`)
  })

  async function look(): Promise<string[]> {
    const logs = await Promise.all(talks.map((talk) => logOf(server.url, talk)))
    return phones.flatMap((phone) => differs(phone, logs[talks.indexOf(phone.talk)] ?? []))
  }
})
