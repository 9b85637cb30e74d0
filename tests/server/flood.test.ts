/** Floods of one operation from very many addresses, by a counted clock: what a newcomer meets, and what is kept of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ops } from '../../protocol'
import { countedMax, memoryLimiter, wideFactor, type CountedLimiter } from '../../server/limiter'
import { databases } from './databases'
import { createWorld, device, freshClientId, type World } from './world'

const limit = { per: 'address', count: 20, windowMs: 3600_000 } as const
const addressAt = (n: number): string => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`

describe('[F16] calls of 100,000 addresses whose input does not fit', () => {
  const now = 0
  let limiter: CountedLimiter
  let world: World
  beforeAll(async () => {
    limiter = memoryLimiter({ now: () => now })
    world = await createWorld(await databases[0]!.open(), { limiter })
  })
  afterAll(() => world.close())

  const register = (address: string, password = 'long enough 7') =>
    world.as({ kind: 'anonymous', address })('accounts.register', {
      ...{ clientId: freshClientId(), account: `f_${freshClientId()}`.slice(0, 20), name: 'N' },
      ...{ password, device },
    })

  it('are not counted: a new address registers at once, and nothing is kept', async () => {
    for (let n = 0; n < 100_000; n++) {
      const caller = { kind: 'anonymous', address: addressAt(n) } as const
      await world.as(caller)('accounts.register', {} as never)
    }
    expect(limiter.counted()).toBe(0)
    expect(await register('203.0.113.7')).toMatchObject({ ok: true })
    expect(limiter.counted()).toBe(1)
  })

  it('[F10] fitting calls of one address are counted, and refused beyond the limit', async () => {
    const { count } = ops['accounts.register'].limit
    const answers = []
    for (let n = 0; n <= count; n++) answers.push(await register('203.0.113.8'))
    expect(answers.filter(({ ok }) => !ok)).toMatchObject([{ error: { code: 'tooManyRequests' } }])
  })

  it('nor is what costs no look-up to see: a password that is the account', async () => {
    const before = limiter.counted()
    const input = { clientId: freshClientId(), account: 'my_own_name', name: 'N', device }
    const answer = await world.as({ kind: 'anonymous', address: '203.0.113.9' })('accounts.register', {
      ...{ ...input, password: 'My_Own_Name' },
    })
    expect(answer).toMatchObject({ error: { code: 'passwordTooWeak', data: { reason: 'personal' } } })
    expect(limiter.counted()).toBe(before)
  })
})

describe('[F17] a limiter that counts as many as it can', () => {
  it('forgets who called least, lets a new one in at once, and holds who is near or over the limit', async () => {
    let now = 0
    const limiter = memoryLimiter({ now: () => now })
    const take = (who: string) => limiter.take('op', who, limit)
    for (let n = 0; n < limit.count; n++) await take('at the limit')
    for (let n = 0; n < limit.count - 1; n++) await take('near it')
    for (let n = 0; n < countedMax; n++) await take(addressAt(n))
    now = 1_000
    expect(await take('one more')).toBe(0)
    expect(limiter.counted()).toBe(countedMax)
    expect(await take('near it')).toBe(0)
    expect(await take('near it')).toBeGreaterThan(0)
    expect(await take('at the limit')).toBeGreaterThan(0)
    for (let n = 0; n < countedMax; n++) await take(addressAt(countedMax + n))
    expect(await take('at the limit')).toBe(limit.windowMs - now)
    expect(limiter.counted()).toBe(countedMax)
    now = limit.windowMs
    expect(await take('at the limit')).toBe(0)
  })

  it('forgets first who calls no more: windows that ended give their place', async () => {
    let now = 0
    const limiter = memoryLimiter({ now: () => now })
    for (let n = 0; n < countedMax; n++) {
      await limiter.take('op', n, limit)
      await limiter.take('op', n, limit)
    }
    now = limit.windowMs
    for (let n = 0; n < limit.count; n++) expect(await limiter.take('op', 'fresh', limit)).toBe(0)
    for (let n = 0; n < countedMax; n++) await limiter.take('op', `other ${n}`, limit)
    expect(await limiter.take('op', 'fresh', limit)).toBeGreaterThan(0)
  })

  it('counts IPv6 by /64 and by /48, whose limit is eight times as high', async () => {
    const limiter = memoryLimiter({ now: () => 0 })
    let passed = 0
    for (let n = 0; n < 1_000; n++)
      if ((await limiter.take('op', `2001:db8:7:${n.toString(16)}::/64`, limit)) === 0) passed++
    expect(passed).toBe(limit.count * wideFactor)
    expect(await limiter.take('op', '2001:db8:8:1::/64', limit)).toBe(0)
  })

  it('does not let one /64 that is over its limit use up that of its /48', async () => {
    const limiter = memoryLimiter({ now: () => 0 })
    for (let n = 0; n < 10_000; n++) await limiter.take('op', '2001:db8:7:1::/64', limit)
    expect(await limiter.take('op', '2001:db8:7:2::/64', limit)).toBe(0)
  })
})
