/** One contract for the three stores of the phone, each over the real thing or a double with its documented limits. */
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StoreFull, type StoreBatch, type StorePort } from '../../src/engine/ports'
import { disks, type Disk } from './disks'

const batch = (put: Record<string, string>, remove: string[] = []): StoreBatch => ({
  put: Object.entries(put),
  remove,
})
const contents = async (store: StorePort) => Object.fromEntries(await store.load())
const han = (bytes: number): string => '消'.repeat(bytes / 3)

describe.each(Object.entries(disks))('the store of %s', (_target, makeDisk) => {
  let disk: Disk
  beforeEach(() => {
    disk = makeDisk()
  })
  afterEach(() => disk.throwAway())

  it('[O1] starts empty, and holds after a restart what was written', async () => {
    const store = disk.start()
    expect(await store.load()).toEqual([])
    await store.write(batch({ a: '1', b: '2', c: '3' }))
    await store.write(batch({ b: 'two' }, ['c', 'never there']))
    expect(await contents(disk.start())).toEqual({ a: '1', b: 'two' })
  })

  it('[O1] keeps every text as it is', async () => {
    const texts = ['', ' ', "it's; --", '"\\"', 'a\0b', '\\0', 'line\nline', '😀', '=x', han(300 * 1024)]
    const all = Object.fromEntries(texts.map((text, n) => [`key/${n}'"\\`, text]))
    await disk.start().write(batch(all))
    expect(await contents(disk.start())).toEqual(all)
  })

  it('[O1] writes batches in the order they were given, without being waited for', async () => {
    const store = disk.start()
    const writes = Array.from({ length: 40 }, (_, n) =>
      store.write(batch({ last: String(n), [`k${n}`]: '' })),
    )
    const removal = store.write(batch({}, ['k0', 'k39']))
    await Promise.all([...writes, removal])
    const held = await contents(disk.start())
    expect(held['last']).toBe('39')
    expect(Object.keys(held)).toHaveLength(39)
  })

  it('[O1] removes what one batch both puts and removes', async () => {
    await disk.start().write(batch({ a: '1', b: '2' }, ['a']))
    expect(await contents(disk.start())).toEqual({ b: '2' })
  })

  it('[O1] a kill at any change of a batch leaves the old or the new, never half', async () => {
    const before = { a: 'old', b: 'old', c: 'old' }
    const after = { a: 'new', b: 'new', d: 'new' }
    const seen = { old: 0, new: 0 }
    for (let changes = 0; changes < 14; changes++) {
      await disk.start().write(batch(before, ['d']))
      const dying = disk.start()
      await dying.load()
      const death = disk.killAfter(changes)
      await Promise.race([dying.write(batch(after, ['c'])).catch(() => undefined), death])
      const held = await contents(disk.start())
      expect([before, after], `killed after ${changes} changes`).toContainEqual(held)
      seen[held['a'] === 'new' ? 'new' : 'old']++
    }
    expect(seen.old, 'no kill came in the middle').toBeGreaterThan(1)
    expect(seen.new, 'every write was killed').toBeGreaterThan(1)
  })

  it('[O9] says StoreFull when there is no room, changes nothing then, and works again with less', async () => {
    const store = disk.start()
    await store.write(batch({ act: 'unsent', mirror: han(120 * 1024) }))
    await disk.leaveBytes(200 * 1024)
    const tooMuch = store.write(batch({ act: 'changed', x: han(180 * 1024), y: han(180 * 1024) }))
    await expect(tooMuch).rejects.toBeInstanceOf(StoreFull)
    expect(await contents(disk.start())).toEqual({ act: 'unsent', mirror: han(120 * 1024) })
    const next = disk.start()
    await next.write(batch({}, ['mirror']))
    await next.write(batch({ act: 'changed' }))
    expect(await contents(disk.start())).toEqual({ act: 'changed' })
  })

  it('[O1] holds two thousand keys', async () => {
    const all = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`mirror/1/${n}`, `value ${n}`]))
    await disk.start().write(batch(all))
    expect(await contents(disk.start())).toEqual(all)
  })

  it('[O1] does what a map would do, through any batches and restarts', async () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd')
    const step = fc.record({
      put: fc.array(fc.tuple(key, fc.string({ unit: 'grapheme', maxLength: 6 })), { maxLength: 4 }),
      remove: fc.array(key, { maxLength: 2 }),
      restart: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        let store = disk.start()
        await store.write({ put: [], remove: ['a', 'b', 'c', 'd'] })
        const model = new Map<string, string>()
        for (const { put, remove, restart } of steps) {
          await store.write({ put, remove })
          for (const [k, v] of put) model.set(k, v)
          for (const k of remove) model.delete(k)
          if (restart) store = disk.start()
        }
        expect(await contents(store)).toEqual(Object.fromEntries(model))
      }),
      { numRuns: 25 },
    )
  })
})

describe('the store of mp-weixin, its limits', () => {
  it('[O9] refuses by itself what would come near the platform’s 10 MB or 1 MB a key', async () => {
    const store = disks['mp-weixin']().start()
    await expect(store.write(batch({ big: han(960 * 1024) }))).rejects.toBeInstanceOf(StoreFull)
    for (let n = 0; n < 10; n++) await store.write(batch({ [`k${n}`]: han(780 * 1024), [`n${n}`]: '' }))
    await expect(store.write(batch({ k11: han(780 * 1024) }))).rejects.toBeInstanceOf(StoreFull)
    await store.write(
      batch(
        {},
        Array.from({ length: 10 }, (_, n) => `k${n}`),
      ),
    )
    expect(Object.keys(await contents(store))).toHaveLength(10)
  })
})
