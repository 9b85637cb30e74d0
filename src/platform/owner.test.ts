import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { leaseOwner, lockOwner, soleOwner } from './owner'

const settle = () => new Promise((resolve) => setTimeout(resolve, 0))

/** Web Locks of one browser, after the specification: a queue per name, and stealing. */
function fakeLocks(): LockManager {
  type Held = { end: (error?: Error) => void }
  let held: Held | undefined
  const queue: (() => void)[] = []
  const next = () => queue.shift()?.()
  const request = (_name: string, options: LockOptions, act: () => Promise<unknown>) =>
    new Promise((resolve, reject) => {
      const grant = () => {
        const mine: Held = {
          end: (error) => {
            if (held === mine) held = undefined
            if (error) reject(error)
            else resolve(undefined)
          },
        }
        held = mine
        void act().then(() => {
          mine.end()
          next()
        })
      }
      if (options.steal) {
        held?.end(new Error('stolen'))
        grant()
      } else if (held) queue.push(grant)
      else grant()
    })
  const query = () => Promise.resolve({ held: held ? [{ name: 'tokenim-owner' }] : [], pending: [] })
  return { request, query } as unknown as LockManager
}

describe('owner by Web Locks', () => {
  it('[O10] the first page owns, the second hears that it does not', async () => {
    const locks = fakeLocks()
    const [first, second] = [vi.fn(), vi.fn()]
    lockOwner(locks).claim(false, first)
    await settle()
    lockOwner(locks).claim(false, second)
    await settle()
    expect(first.mock.calls).toEqual([[true]])
    expect(second.mock.calls).toEqual([[false]])
  })

  it('[O10] who takes over owns, and the other hears it', async () => {
    const locks = fakeLocks()
    const [first, second] = [vi.fn(), vi.fn()]
    lockOwner(locks).claim(false, first)
    await settle()
    const page = lockOwner(locks)
    page.claim(false, second)
    await settle()
    page.claim(true, second)
    await settle()
    expect(first.mock.calls).toEqual([[true], [false]])
    expect(second.mock.calls).toEqual([[false], [true]])
  })

  it('[O10] taking over from oneself ends as owner', async () => {
    const change = vi.fn()
    const page = lockOwner(fakeLocks())
    page.claim(false, change)
    await settle()
    page.claim(true, change)
    await settle()
    expect(change.mock.lastCall).toEqual([true])
    expect(change).not.toHaveBeenCalledWith(false)
  })
})

describe('owner by a lease', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => {
    vi.useRealTimers()
    localStorage.clear()
  })
  const page = () => leaseOwner(localStorage)

  it('[O10] one of two pages owns, until the other takes over', () => {
    const [first, second] = [vi.fn(), vi.fn()]
    page().claim(false, first)
    vi.advanceTimersByTime(10)
    const other = page()
    other.claim(false, second)
    vi.advanceTimersByTime(10_000)
    expect([first.mock.calls, second.mock.calls]).toEqual([[[true]], [[false]]])
    other.claim(true, second)
    vi.advanceTimersByTime(5_000)
    expect(first.mock.lastCall).toEqual([false])
    expect(second.mock.lastCall).toEqual([true])
  })

  it('[O10] a page that died without a word gives way when its lease ends', () => {
    localStorage.setItem('tokenim.owner', JSON.stringify({ page: 'dead', until: Date.now() + 60_000 }))
    const change = vi.fn()
    page().claim(false, change)
    vi.advanceTimersByTime(55_000)
    expect(change.mock.calls).toEqual([[false]])
    vi.advanceTimersByTime(10_000)
    expect(change.mock.lastCall).toEqual([true])
  })

  it('[O10] a page that is left frees it at once', () => {
    const [first, second] = [vi.fn(), vi.fn()]
    page().claim(false, first)
    vi.advanceTimersByTime(10)
    dispatchEvent(new Event('pagehide'))
    expect(localStorage.getItem('tokenim.owner')).toBeNull()
    expect(second).not.toHaveBeenCalled()
  })
})

it('[O10] the app always owns', async () => {
  const change = vi.fn()
  soleOwner.claim(false, change)
  expect(change).not.toHaveBeenCalled()
  await settle()
  expect(change.mock.calls).toEqual([[true]])
})
