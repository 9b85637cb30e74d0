/** The buses a contract suite runs on: `describe.each(buses)`. Each `open` is a bus of its own with `nodes` nodes. */
import { randomUUID } from 'node:crypto'
import type { Bus } from '../../server/bus/bus'
import { memoryHub } from '../../server/bus/memory'
import { redisBus } from '../../server/bus/redis'
import { backend } from './databases'

export interface TestBus {
  name: 'memory' | 'redis'
  open(nodes: number): Promise<Bus[]>
}

const memory: TestBus = {
  name: 'memory',
  async open(nodes) {
    const hub = memoryHub()
    return Array.from({ length: nodes }, () => hub.join())
  },
}
const redis = (url: string): TestBus => ({
  name: 'redis',
  async open(nodes) {
    const prefix = `tokenim_test_${randomUUID()}`
    const buses = Array.from({ length: nodes }, () => redisBus({ url, prefix }))
    await Promise.all(buses.map((bus) => bus.ready()))
    return buses
  },
})

export const redisUrl = backend('TOKENIM_TEST_REDIS', 'Redis')
export const buses: TestBus[] = [memory, ...(redisUrl ? [redis(redisUrl)] : [])]
