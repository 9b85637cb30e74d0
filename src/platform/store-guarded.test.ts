import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StoreFull, type StoreBatch, type StorePort } from '../engine/ports'
import { guardedStore } from './store-guarded'

/** A disk that does what a test says: works, refuses, is full, or never answers. */
class Disk implements StorePort {
  mood: 'fine' | 'refuses' | 'full' | 'silent' = 'fine'
  readonly entries = new Map<string, string>()
  asked = 0

  load = () => this.answer(() => [...this.entries])
  write = ({ put, remove }: StoreBatch) =>
    this.answer(() => {
      for (const [key, value] of put) this.entries.set(key, value)
      for (const key of remove) this.entries.delete(key)
    })
  private answer<T>(act: () => T): Promise<T> {
    this.asked++
    if (this.mood === 'silent') return new Promise(() => undefined)
    if (this.mood === 'full') return Promise.reject(new StoreFull('full'))
    if (this.mood === 'refuses') return Promise.reject(new DOMException('denied', 'SecurityError'))
    return Promise.resolve().then(act)
  }
}
const batch = (put: Record<string, string>, remove: string[] = []): StoreBatch => ({
  put: Object.entries(put),
  remove,
})
let disk: Disk
let told: boolean[]
let store: StorePort
const contents = async () => Object.fromEntries(await store.load())
beforeEach(() => {
  vi.useFakeTimers()
  disk = new Disk()
  told = []
  store = guardedStore(
    () => disk,
    (keeps) => void told.push(keeps),
  )
})
afterEach(() => void vi.useRealTimers())

describe('a store for places that keep nothing', () => {
  it('[O12] is the disk where that works, and says nothing', async () => {
    await store.write(batch({ a: '1', b: '2' }))
    await store.write(batch({ a: 'one' }, ['b']))
    expect([await contents(), Object.fromEntries(disk.entries), told]).toEqual([
      { a: 'one' },
      { a: 'one' },
      [],
    ])
  })

  it.each(['refuses', 'full'] as const)(
    '[O12] works in memory where the disk %s from the start',
    async (mood) => {
      disk.mood = mood
      expect(await contents()).toEqual({})
      await store.write(batch({ a: '1', b: '2' }))
      await store.write(batch({ a: 'one' }, ['b']))
      expect([await contents(), told]).toEqual([{ a: 'one' }, [false]])
    },
  )

  it('[O12] works in memory where there is nothing to make a store of', async () => {
    store = guardedStore(
      () => {
        throw new TypeError('plus.sqlite is undefined')
      },
      (keeps) => void told.push(keeps),
    )
    expect(await contents()).toEqual({})
    await store.write(batch({ a: '1' }))
    expect([await contents(), told]).toEqual([{ a: '1' }, [false]])
  })

  it('[O12] works in memory where the disk never answers, and waits for it once', async () => {
    disk.mood = 'silent'
    const loaded = store.load()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await loaded).toEqual([])
    const { asked } = disk
    await store.write(batch({ a: '1' }))
    await store.write(batch({ b: '2' }))
    expect([disk.asked - asked <= 1, told]).toEqual([true, [false]])
  })

  it('[O12] a disk that falls silent while the app runs stops nothing', async () => {
    await store.write(batch({ a: '1' }))
    disk.mood = 'silent'
    const written = store.write(batch({ b: '2' }))
    await vi.advanceTimersByTimeAsync(20_000)
    await written
    await store.write(batch({ c: '3' }))
    expect(told).toEqual([false])
  })

  it('[O12] what was missed is brought in when the disk takes it again', async () => {
    await store.write(batch({ a: '1', x: '0' }))
    disk.mood = 'refuses'
    await store.write(batch({ b: '2' }, ['x']))
    await store.write(batch({ c: '3' }))
    expect([Object.fromEntries(disk.entries), told]).toEqual([{ a: '1', x: '0' }, [false]])
    disk.mood = 'fine'
    await store.write(batch({ c: 'three' }))
    await vi.advanceTimersByTimeAsync(0)
    expect([Object.fromEntries(disk.entries), told]).toEqual([{ a: '1', b: '2', c: 'three' }, [false, true]])
  })

  it('[O12] one refusal, as when the browser has closed the database, is tried again and told to nobody', async () => {
    await store.write(batch({ a: '1' }))
    const write = disk.write
    disk.write = () => {
      disk.write = write
      return Promise.reject(new DOMException('closing', 'InvalidStateError'))
    }
    await store.write(batch({ b: '2' }))
    expect([Object.fromEntries(disk.entries), told]).toEqual([{ a: '1', b: '2' }, []])
    const load = disk.load
    disk.load = () => {
      disk.load = load
      return Promise.reject(new DOMException('closing', 'InvalidStateError'))
    }
    expect([await contents(), told]).toEqual([{ a: '1', b: '2' }, []])
  })

  it('[O9] a disk that is full of what it holds says so', async () => {
    await store.write(batch({ a: '1' }))
    disk.mood = 'full'
    await expect(store.write(batch({ b: '2' }))).rejects.toThrow(StoreFull)
    expect(told).toEqual([])
  })
})
