/** Who is connected, as every node knows it: alone, through Redis, and when a node or Redis is gone. */
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createCircuit } from '../../server/bus/circuit'
import { connect } from '../../server/bus/connect'
import { localPresence, sharedPresence, type Presence } from '../../server/bus/presence'
import { createGateway } from '../../server/transport/gateway'
import { Registry } from '../../server/transport/registry'
import { redisUrl } from './buses'

const closings: (() => void)[] = []
afterEach(() => closings.splice(0).forEach((close) => close()))

interface Node {
  presence: Presence
  here: Set<number>
  /** It ends without a word. */
  die(): void
  come(user: number): void
  leave(user: number): void
}
function nodeOf(make: (isHere: (user: number) => boolean) => Presence, die = () => {}): Node {
  const here = new Set<number>()
  const presence = make((user) => here.has(user))
  return {
    ...{ presence, here, die },
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
function shared(url: string, prefix: string, failures: unknown[] = []): Node {
  const redis = connect({ url, name: prefix, commandTimeoutMs: 250, onError: () => undefined })
  const circuit = createCircuit(300, Date.now, (error) => failures.push(error))
  const end = () => redis.disconnect()
  closings.push(end)
  return nodeOf(
    (isHere) => sharedPresence({ isHere, redis, circuit, prefix, keptMs: 1_500, tickMs: 50 }),
    end,
  )
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
  const two = () => {
    const prefix = `tokenim_test_${randomUUID()}`
    return [shared(url, prefix), shared(url, prefix)] as const
  }
  const knows = (node: Node, user: number, online: boolean) =>
    vi.waitFor(async () => expect(await node.presence.online(user)).toBe(online), { timeout: 10_000 })

  it('tells the other node who comes and who leaves, and stays longer than one is remembered', async () => {
    const [one, two_] = two()
    one.come(7)
    await knows(two_, 7, true)
    expect(await two_.presence.online(8)).toBe(false)
    for (const until = Date.now() + 3_000; Date.now() < until;) {
      expect(await two_.presence.online(7)).toBe(true)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    one.leave(7)
    await knows(two_, 7, false)
  })
  it('a user of two nodes is there until he has left both', async () => {
    const [one, other] = two()
    one.come(7)
    other.come(7)
    await knows(one, 7, true)
    await knows(other, 7, true)
    await new Promise((resolve) => setTimeout(resolve, 200))
    other.leave(7)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await other.presence.online(7)).toBe(true)
    one.leave(7)
    await knows(other, 7, false)
  })
  it('forgets the users of a node that died', async () => {
    const [one, other] = two()
    for (let user = 1; user <= 300; user++) one.come(user)
    await knows(other, 300, true)
    one.die()
    for (const user of [1, 150, 300]) await knows(other, user, false)
  })
  it('a node that closes takes its users with it at once', async () => {
    const [one, other] = two()
    for (let user = 1; user <= 100; user++) one.come(user)
    await knows(other, 100, true)
    await one.presence.close()
    for (const user of [1, 50, 100]) expect(await other.presence.online(user)).toBe(false)
  })
})

describe('[Y15] presence while Redis is away', () => {
  it('is who is connected to this node, and nobody waits', async () => {
    const node = shared('redis://127.0.0.1:9', `tokenim_test_${randomUUID()}`)
    for (let user = 1; user <= 50; user++) node.come(user)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const start = Date.now()
    for (let user = 1; user <= 100; user++) expect(await node.presence.online(user)).toBe(user <= 50)
    await node.presence.close()
    expect(Date.now() - start).toBeLessThan(500)
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
    await vi.waitFor(() => expect(registry.isOnline(7)).toBe(true))
    ear.closed()
    expect(touched).toHaveLength(2)
    expect(touched[1]).toBe('7 false')
  })
})
