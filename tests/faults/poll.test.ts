/** Real engines against the real server, behind a proxy that lets no WebSocket live: they chat by REST, and return. */
import { afterEach, describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { createEngine } from '../../src/engine/engine'
import type { Engine } from '../../src/engine/face'
import { nodePorts, type NodePorts } from '../helpers/node-ports'
import { startUpgradeProxy, type Sockets, type UpgradeProxy } from '../helpers/upgrade-proxy'
import { launchServer, type LaunchedServer } from '../server/launch'

interface Device {
  engine: Engine
  ports: NodePorts
}
const disks = new Map<string, Map<string, string>>()
const ends: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function until(what: string, holds: () => boolean, withinMs = 30_000): Promise<void> {
  const end = Date.now() + withinMs
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function device(url: string, name: string): Promise<Device> {
  const disk = new Map<string, string>()
  disks.set(name, disk)
  const ports = nodePorts({ name, url: () => url, disk })
  const engine = createEngine(ports)
  ends.push(() => ports.end())
  engine.start()
  await until('the store', () => engine.session().state === 'signedOut')
  const device = { platform: 'other', name } as const
  const input = { account: `${name}-2026`, password: 'correct horse 1', name, device }
  engine.tell({ is: 'call', op: 'accounts.register', input })
  await until(`${name} to be current`, () => engine.current())
  return { engine, ports }
}

async function befriend(a: Device, b: Device): Promise<number> {
  const { engine } = b
  const session = engine.session()
  const userId = session.state === 'signedIn' ? session.userId : 0
  a.engine.tell({ is: 'call', op: 'contacts.requestFriend', input: { userId, message: 'hi' } })
  await until('the request', () => engine.requests().length === 1)
  const [request] = engine.requests()
  engine.tell({ is: 'call', op: 'contacts.acceptRequest', input: { requestId: request?.id ?? 0 } })
  await until('the conversation', () => [a, b].every((it) => it.engine.chats().length === 1))
  return engine.chats()[0]?.conversationId ?? 0
}

const texts = ({ engine }: Device, id: number): string[] =>
  engine.room(id).messages.flatMap(({ body }) => (body.kind === 'text' ? [body.text] : []))
const callsOf = (proxy: UpgradeProxy, op: string): number => proxy.calls.get(`/api/${op}`) ?? 0

async function say(from: Device, to: Device, conversationId: number, text: string): Promise<number> {
  const startedAt = Date.now()
  const body = { kind: 'text', text } as const
  from.engine.tell({ is: 'call', op: 'chat.sendMessage', input: { conversationId, body, seenSeq: 0 } })
  await until(`"${text}" to arrive`, () => texts(to, conversationId).at(-1) === text)
  return Date.now() - startedAt
}

async function blocked(server: LaunchedServer, sockets: Sockets): Promise<UpgradeProxy> {
  const proxy = await startUpgradeProxy(server.url)
  ends.push(() => proxy.close())
  proxy.sockets = sockets
  return proxy
}
async function launched(): Promise<LaunchedServer> {
  const server = await launchServer()
  ends.push(() => server.stop())
  return server
}

/** Two friends, each behind a proxy of his own, both without a socket. */
async function pair(server: LaunchedServer, sockets: Sockets) {
  const proxies = [await blocked(server, sockets), await blocked(server, sockets)] as const
  const [anna, bo] = [await device(proxies[0].url, 'anna'), await device(proxies[1].url, 'bodo')]
  const id = await befriend(anna, bo)
  for (const proxy of proxies) await until('a waiting call', () => callsOf(proxy, 'sync.wait') > 0)
  return { anna, bo, id, proxies }
}

/** A silent one takes its time to be recognised: the simulator has it at every run, real time only the slow tier. */
const networks: Sockets[] =
  process.env.TOKENIM_FAULTS === 'long' ? ['refused', 'silent', 'cut'] : ['refused', 'cut']

describe('behind a proxy', { timeout: 300_000 }, () => {
  it.each(networks)(
    '[W10] [Y14] [O2] [S4] two phones chat without sockets and return to them: %s',
    async (sockets) => {
      const { anna, bo, id, proxies } = await pair(await launched(), sockets)
      const sentByRest = () => proxies.reduce((sum, proxy) => sum + callsOf(proxy, 'chat.sendMessage'), 0)
      const said: string[] = []
      const next = async (from: Device, to: Device): Promise<number> => {
        said.push(`${sockets} ${said.length}`)
        return say(from, to, id, said.at(-1) ?? '')
      }
      const tookMs: number[] = []
      for (let n = 0; n < 10; n++) tookMs.push(await (n % 2 ? next(bo, anna) : next(anna, bo)))
      console.log(`${sockets}: 10 messages by REST took ${tookMs.join(', ')} ms`)
      expect(sentByRest()).toBe(10)
      expect([anna.engine.link(), bo.engine.link()]).toEqual(['live', 'live'])

      for (const proxy of proxies) proxy.sockets = 'fine'
      for (const { engine } of [anna, bo]) engine.tell({ is: 'foreground' })
      const healedAt = Date.now()
      for (const [from, to] of [
        [anna, bo],
        [bo, anna],
      ] as const) {
        for (let before = -1; before !== sentByRest();) {
          if (Date.now() - healedAt > 60_000) throw new Error('no return to sockets within a minute')
          before = sentByRest()
          await next(from, to)
          await new Promise((resolve) => setTimeout(resolve, 500))
        }
      }
      console.log(`${sockets}: on sockets again after ${Date.now() - healedAt} ms, ${said.length} messages`)
      for (const it of [anna, bo]) await until('the last', () => texts(it, id).at(-1) === said.at(-1))
      // No room is open: a phone holds the window, of which one message is the tip.
      const held = said.slice(1 - limits.windowMessages)
      expect([texts(anna, id), texts(bo, id)].map((list) => list.slice(-held.length))).toEqual([held, held])
    },
  )

  it('[A6] [A8] a device without a socket hears that it was signed out', async () => {
    const proxy = await blocked(await launched(), 'refused')
    const anna = await device(proxy.url, 'anna')
    await until('a waiting call', () => callsOf(proxy, 'sync.wait') > 0)
    const token = JSON.parse(disks.get('anna')?.get('session') ?? '{}') as { value: { accessToken: string } }
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token.value.accessToken}` }
    await fetch(`${proxy.url}/api/accounts.signOut`, { method: 'POST', headers, body: '{}' })
    await until('the end', () => anna.engine.session().state === 'signedOut')
    expect(anna.engine.session()).toEqual({ state: 'signedOut', because: 'revoked' })
  })

  it('[F11] [W8] a server that stops and starts again is met again', async () => {
    const server = await launched()
    const { anna, bo, id } = await pair(server, 'refused')
    const stopping = server.terminate()
    for (let n = 0; n < 5; n++)
      anna.engine.tell({
        is: 'call',
        op: 'chat.sendMessage',
        input: { conversationId: id, body: { kind: 'text', text: `while it stops ${n}` }, seenSeq: 0 },
      })
    expect(await stopping).toBe(0)
    await server.restart()
    const said = Array.from({ length: 5 }, (_, n) => `while it stops ${n}`)
    // How often they tried meanwhile, and so how long they wait now, is the machine's affair.
    const backWithinMs = 2 * Math.max(...limits.reconnectMs)
    for (const it of [anna, bo]) await until('all', () => texts(it, id).length === 5, backWithinMs)
    expect([texts(anna, id), texts(bo, id)]).toEqual([said, said])
  })
})
