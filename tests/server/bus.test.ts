import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { bucketOf, type Bus, type Hint } from '../../server/bus/bus'
import { redisBus } from '../../server/bus/redis'
import { buses, redisUrl } from './buses'

const open: Bus[] = []
afterEach(() => Promise.all(open.splice(0).map((bus) => bus.close())))

const heardBy = (bus: Bus): Hint[] => {
  const heard: Hint[] = []
  bus.subscribe((hint) => heard.push(hint))
  return heard
}

describe.each(buses)('[Y12] bus on $name', (kind) => {
  const nodes = async (count: number) => {
    const made = await kind.open(count)
    open.push(...made)
    return made
  }

  it('tells every other node and never the one that spoke', async () => {
    const [a, b, c] = await nodes(3)
    const [atA, atB, atC] = [heardBy(a!), heardBy(b!), heardBy(c!)]
    const hints: Hint[] = [
      { stream: 7, version: 3 },
      { notify: { userId: 9, sessionId: 4, event: 'session.ended', data: { reason: 'signedOut' } } },
    ]
    for (const hint of hints) a!.publish(hint)
    await expect.poll(() => [atB.length, atC.length]).toEqual([2, 2])
    expect(atB).toEqual(expect.arrayContaining(hints))
    expect(atC).toEqual(expect.arrayContaining(hints))
    expect(atA).toEqual([])
  })

  it('carries a burst over all buckets, in order within a stream', async () => {
    const [a, b] = await nodes(2)
    const atB = heardBy(b!)
    for (let i = 0; i < 5_000; i++) a!.publish({ stream: 4096 * (i % 500), version: Math.floor(i / 500) })
    await expect.poll(() => atB.length).toBe(5_000)
    const ofOne = atB.filter((hint) => 'stream' in hint && hint.stream === 4096 * 17)
    expect(ofOne.map((hint) => 'version' in hint && hint.version)).toEqual([...Array(10).keys()])
  })

  it('stops telling who has left', async () => {
    const [a, b] = await nodes(2)
    const kept = heardBy(b!)
    const gone: Hint[] = []
    b!.subscribe((hint) => gone.push(hint))()
    a!.publish({ stream: 1, version: 1 })
    await expect.poll(() => kept.length).toBe(1)
    expect(gone).toEqual([])
  })
})

it('spreads ids over buckets, though their low bits are nearly always 0', () => {
  const ids = Array.from({ length: 1_000 }, (_, i) => (1.7e10 + i * 977) * 4096)
  expect(new Set(ids.map(bucketOf)).size).toBe(256)
})

it('[Y12] publishing never throws nor waits while Redis is away', async () => {
  const errors: unknown[] = []
  const bus = redisBus({ url: 'redis://127.0.0.1:1', onError: (error) => errors.push(error) })
  open.push(bus)
  for (let i = 0; i < 50_000; i++) bus.publish({ stream: i, version: 1 })
  await expect.poll(() => errors.length).toBeGreaterThan(0)
})

describe.each(redisUrl ? [redisUrl] : [])('Redis at %s', (url) => {
  it('[Y12] hears again by itself after its connection was cut', async () => {
    const prefix = `tokenim_test_${randomUUID()}`
    const [a, b] = [redisBus({ url, prefix }), redisBus({ url, prefix })]
    open.push(a, b)
    await Promise.all([a.ready(), b.ready()])
    const heard = heardBy(b)
    await cutSubscribers(url, prefix)
    const hears = () => {
      a.publish({ stream: 5, version: 8 })
      return heard
    }
    await expect.poll(hears).toContainEqual({ stream: 5, version: 8 })
  })
})

/** Ends the connections that listen to this test's channels, and no others. All at once: they come back soon. */
async function cutSubscribers(url: string, prefix: string): Promise<void> {
  const { Redis } = await import('ioredis')
  const admin = new Redis(url)
  const clients = String(await admin.call('CLIENT', 'LIST', 'TYPE', 'pubsub'))
  const before = await admin.pubsub('NUMSUB', `${prefix}:0`)
  expect(before[1]).toBe(2)
  const lines = clients.split('\n').filter((text) => text.includes(` name=${prefix} `))
  const cut = admin.multi()
  for (const line of lines) cut.call('CLIENT', 'KILL', 'ID', /^id=(\d+)/.exec(line)?.[1] ?? '')
  const answers = await cut.pubsub('NUMSUB', `${prefix}:0`).exec()
  expect(answers?.at(-1)).toEqual([null, [`${prefix}:0`, 0]])
  admin.disconnect()
}
