/** Who is connected, as every node knows it: alone, through Redis, and when a node or Redis is gone. */
import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createCircuit } from '../../server/bus/circuit'
import { connect } from '../../server/bus/connect'
import { localPresence, sharedPresence, type Presence } from '../../server/bus/presence'
import { createGateway } from '../../server/transport/gateway'
import { Registry } from '../../server/transport/registry'
import { redisUrl } from './buses'

/** A slow machine must not look like a Redis that is away. */
const [commandTimeoutMs, silentMs] = [30_000, 30_000]
const [keptMs, tickMs] = [60_000, 1_000]
const lines = new Set<Redis>()
afterEach(() => {
  for (const redis of lines) redis.disconnect()
  lines.clear()
})

interface Node {
  presence: Presence
  come(user: number): void
  leave(user: number): void
}
function nodeOf(make: (isHere: (user: number) => boolean) => Presence): Node {
  const here = new Set<number>()
  const presence = make((user) => here.has(user))
  return {
    presence,
    come(user) {
      here.add(user)
      presence.touch(user)
    },
    leave(user) {
      here.delete(user)
      presence.touch(user)
    },
  }
}
async function shared(url: string, prefix: string) {
  const redis = connect({ url, name: prefix, commandTimeoutMs, silentMs, onError: () => undefined })
  lines.add(redis)
  // Whichever comes first: it is there, or it is away.
  await new Promise((resolve) => redis.once('ready', resolve).once('error', resolve))
  const circuit = createCircuit(5_000, Date.now, () => undefined)
  const node = nodeOf((isHere) => sharedPresence({ isHere, redis, circuit, prefix, keptMs, tickMs }))
  /** It ends without a word. */
  const die = () => {
    lines.delete(redis)
    redis.disconnect()
  }
  return { ...node, die }
}

describe('[Y15] presence of a node that is alone', () => {
  it('is who is connected to it', async () => {
    const node = nodeOf(localPresence)
    node.come(7)
    expect([await node.presence.online(7), await node.presence.online(8)]).toEqual([true, false])
    node.leave(7)
    expect(await node.presence.online(7)).toBe(false)
  })
})

const backends = redisUrl ? [{ name: 'Redis', url: redisUrl }] : []
describe.each(backends)('[Y15] presence through $name', ({ url }) => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] }))
  afterEach(() => void vi.useRealTimers())
  const two = async () => {
    const prefix = `tokenim_test_${randomUUID()}`
    return [await shared(url, prefix), await shared(url, prefix)] as const
  }
  /** So much time goes by; what each tick told has arrived. */
  async function pass(ms = tickMs): Promise<void> {
    for (let passed = 0; passed < ms; passed += tickMs) {
      vi.advanceTimersByTime(tickMs)
      for (const redis of lines) await redis.ping()
    }
  }
  const knows = async (node: Node, user: number, online: boolean) =>
    expect(await node.presence.online(user)).toBe(online)

  it('tells the other node who comes and who leaves, and stays longer than one is remembered', async () => {
    const [one, other] = await two()
    one.come(7)
    await pass()
    await knows(other, 8, false)
    for (let passed = 0; passed < 2 * keptMs; passed += tickMs) {
      await knows(other, 7, true)
      await pass()
    }
    one.leave(7)
    await pass()
    await knows(other, 7, false)
  })
  it('a user of two nodes is there until he has left both', async () => {
    const [one, other] = await two()
    one.come(7)
    other.come(7)
    await pass()
    other.leave(7)
    await pass()
    await knows(other, 7, true)
    one.leave(7)
    await pass()
    await knows(other, 7, false)
  })
  it('forgets the users of a node that died', async () => {
    const [one, other] = await two()
    for (let user = 1; user <= 300; user++) one.come(user)
    await pass()
    await knows(other, 300, true)
    one.die()
    await pass(keptMs + tickMs)
    for (const user of [1, 150, 300]) await knows(other, user, false)
  })
  it('a node that closes takes its users with it at once', async () => {
    const [one, other] = await two()
    for (let user = 1; user <= 100; user++) one.come(user)
    await pass()
    await knows(other, 100, true)
    await one.presence.close()
    for (const user of [1, 50, 100]) await knows(other, user, false)
  })
})

describe('[Y15] presence while Redis is away', () => {
  it('is who is connected to this node, and nobody waits', async () => {
    const node = await shared('redis://127.0.0.1:9', `tokenim_test_${randomUUID()}`)
    for (let user = 1; user <= 50; user++) node.come(user)
    const start = Date.now()
    for (let user = 1; user <= 100; user++) expect(await node.presence.online(user)).toBe(user <= 50)
    await node.presence.close()
    expect(Date.now() - start).toBeLessThan(commandTimeoutMs)
  })
})

describe('[Y15] the gateway', () => {
  it('tells when a user comes and when he goes, and nothing of sockets without one', async () => {
    const touched: string[] = []
    const registry = new Registry()
    const gateway = createGateway({
      app: {
        authenticate: async () => ({ userId: 7, sessionId: 70 }),
        pulse: async () => 0,
        dispatch: async () => ({ ok: true, value: {} }),
        turnsAway: () => undefined,
        isBusy: () => false,
      },
      registry,
      now: Date.now,
      unit: () => 0.5,
      log: { warn: () => undefined, error: () => undefined },
      touched: (user) => touched.push(`${user} ${registry.isOnline(user)}`),
    })
    const wire = {
      bufferedAmount: 0,
      send: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
      close: () => undefined,
      terminate: () => undefined,
    }
    gateway.accept(wire, '1.1.1.1').closed()
    const ear = gateway.accept(wire, '1.1.1.1')
    ear.text(JSON.stringify({ t: 'hello', v: 1, token: 'x', features: [] }))
    await expect.poll(() => registry.isOnline(7)).toBe(true)
    ear.closed()
    expect(touched).toHaveLength(2)
    expect(touched[1]).toBe('7 false')
  })
})
