/** Connections to Redis on which nothing comes back any more: the bus gives them up by itself and makes others. */
import { afterEach, beforeEach, it } from 'vitest'
import type { Bus } from '../../server/bus/bus'
import { redisBus } from '../../server/bus/redis'
import { waitFor } from './load'
import { startProxy, type FaultProxy, type Judge } from './proxy'
import { startRedis, type RedisInstance } from './redis-instance'

let redis: RedisInstance
let proxy: FaultProxy
let buses: Bus[]
/** Connections that were opened before it was set to them are dead; later ones are fine. */
let deadUpTo = 0
let opened = 0

const judge = (): Judge => {
  const mine = ++opened
  return () => (mine <= deadUpTo ? 'lose' : 'pass')
}
beforeEach(async () => {
  redis = await startRedis()
  proxy = await startProxy({ port: redis.port, judge })
  buses = [redisBus({ url: `redis://127.0.0.1:${proxy.port}` }), redisBus({ url: redis.url })]
  await Promise.all(buses.map((bus) => bus.ready()))
})
afterEach(async () => {
  await Promise.all(buses.map((bus) => bus.close()))
  await proxy.close()
  await redis.stop()
})

it.each([
  ['what it publishes', 0, 1],
  ['what it hears', 1, 0],
])('[Y12] a line to Redis that fell silent is replaced: %s', { timeout: 60_000 }, async (_, from, to) => {
  let [said, heard] = [0, 0]
  buses[to]?.subscribe((hint) => (heard = 'version' in hint ? hint.version : heard))
  const publishing = setInterval(() => buses[from]?.publish({ stream: 7, version: ++said }), 50)
  try {
    await waitFor('a first hint', 5_000, () => heard > 0)
    deadUpTo = opened
    const before = said
    const ms = await waitFor('hints on a new line', 15_000, () => heard > before)
    console.log(`hints flow again ${Math.round(ms)} ms after their line fell silent`)
  } finally {
    clearInterval(publishing)
  }
})
