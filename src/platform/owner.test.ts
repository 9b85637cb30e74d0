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

/** The browser's locks again, with queues that can be left, and pages that close. */
class Browser {
  private holder: { page: number; end(error?: Error): void } | undefined
  private queue: { page: number; grant(): void; leave(): void }[] = []
  private pages = 0

  newPage(): LockManager & { close(): void } {
    const page = ++this.pages
    const request = (_name: string, options: LockOptions, act: () => unknown) =>
      new Promise((resolve, reject) => {
        const grant = (): void => {
          const mine = {
            page,
            end: (error?: Error) => {
              if (this.holder === mine) this.holder = undefined
              if (error) reject(error)
              else resolve(undefined)
            },
          }
          this.holder = mine
          void Promise.resolve(act()).then(() => {
            mine.end()
            this.next()
          })
        }
        const waiter = { page, grant, leave: () => reject(new Error('aborted')) }
        if (options.steal) {
          this.holder?.end(new Error('stolen'))
          grant()
        } else if (this.holder) this.queue.push(waiter)
        else grant()
        options.signal?.addEventListener('abort', () => {
          if (!this.queue.includes(waiter)) return
          this.queue = this.queue.filter((other) => other !== waiter)
          waiter.leave()
        })
      })
    const query = () => Promise.resolve({ held: this.holder ? [{ name: 'tokenim-owner' }] : [], pending: [] })
    const close = (): void => {
      this.queue = this.queue.filter((waiter) => waiter.page !== page)
      if (this.holder?.page !== page) return
      this.holder = undefined
      this.next()
    }
    return { request, query, close } as unknown as LockManager & { close(): void }
  }
  private next(): void {
    if (!this.holder) this.queue.shift()?.grant()
  }
}

describe('tabs of one browser', () => {
  const claim = async (locks: LockManager, steal = false) => {
    const change = vi.fn()
    const owner = lockOwner(locks)
    owner.claim(steal, change)
    await settle()
    return { owner, change, last: () => change.mock.lastCall?.[0] as boolean }
  }

  it('[O13] the first gets on by itself when the one that took over closes', async () => {
    const browser = new Browser()
    const first = await claim(browser.newPage())
    const page = browser.newPage()
    const second = await claim(page, true)
    await settle()
    expect([first.last(), second.last()]).toEqual([false, true])
    page.close()
    await settle()
    expect(first.last()).toBe(true)
  })

  it('[O13] they take over from each other as often as they like, and none is left without', async () => {
    const browser = new Browser()
    const pages = [browser.newPage(), browser.newPage(), browser.newPage()]
    const tabs = []
    for (const page of pages) tabs.push(await claim(page))
    for (const n of [1, 0, 2, 1, 0, 2, 2, 0]) {
      const tab = tabs[n]
      tab?.owner.claim(true, tab.change)
      await settle()
      await settle()
      expect(tabs.map(({ last }) => last())).toEqual(tabs.map((_tab, other) => other === n))
    }
    pages[0]?.close()
    await settle()
    expect(tabs.slice(1).filter(({ last }) => last())).toHaveLength(1)
  })

  it('[O14] who offers it keeps it where nobody waits, and gives it to the page that does', async () => {
    const browser = new Browser()
    const first = await claim(browser.newPage())
    first.owner.offer?.()
    await settle()
    expect(first.change.mock.calls).toEqual([[true]])
    const second = await claim(browser.newPage())
    expect(second.last()).toBe(false)
    first.owner.offer?.()
    await settle()
    expect([first.last(), second.last()]).toEqual([false, true])
  })

  it.each(['request', 'query'] as const)(
    '[O13] a browser that refuses %s is asked for nothing more: the lease tells',
    async (name) => {
      const refuses = () => Promise.reject(new DOMException('denied', 'SecurityError'))
      const locks = Object.assign(new Browser().newPage(), { [name]: refuses })
      for (const isTaken of [false, true]) {
        const change = vi.fn()
        const lease = { claim: vi.fn((_steal: boolean, told: typeof change) => void told(!isTaken)) }
        lockOwner(locks, lease).claim(false, change)
        await settle()
        expect(change.mock.calls).toEqual([[!isTaken]])
      }
    },
  )

  it('[O13] locks that never answer are as good as none', () => {
    vi.useFakeTimers()
    const never = () => new Promise(() => undefined)
    const change = vi.fn()
    const lease = { claim: (_steal: boolean, told: typeof change) => void told(true) }
    lockOwner({ request: never, query: never } as unknown as LockManager, lease).claim(false, change)
    vi.advanceTimersByTime(3_000)
    vi.useRealTimers()
    expect(change.mock.calls).toEqual([[true]])
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

describe('a lease in odd places', () => {
  const lease = (storage: Storage) => {
    const change = vi.fn()
    leaseOwner(storage).claim(false, change)
    return change
  }
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => {
    vi.useRealTimers()
    localStorage.clear()
  })

  it('[O13] a storage that throws at everything has no other pages', () => {
    const throws = () => {
      throw new DOMException('denied', 'SecurityError')
    }
    const change = lease({ getItem: throws, setItem: throws, removeItem: throws } as unknown as Storage)
    vi.advanceTimersByTime(10_000)
    dispatchEvent(new Event('pagehide'))
    expect(change.mock.calls).toEqual([[true]])
  })

  it.each(['{', 'null', '[]', '{"page":7}', '{"page":"x","until":"soon"}'])(
    '[O13] a lease that reads %s is none',
    (text) => {
      localStorage.setItem('tokenim.owner', text)
      const change = lease(localStorage)
      vi.advanceTimersByTime(10)
      expect(change.mock.calls).toEqual([[true]])
    },
  )

  it('[O13] [W23] a dead page does not keep it when the clock is set back', () => {
    const until = Date.now() + 90_000
    vi.setSystemTime(Date.now() - 30 * 24 * 3600_000)
    localStorage.setItem('tokenim.owner', JSON.stringify({ page: 'dead', until }))
    const change = lease(localStorage)
    vi.advanceTimersByTime(85_000)
    expect(change.mock.lastCall).toEqual([false])
    vi.advanceTimersByTime(10_000)
    expect(change.mock.lastCall).toEqual([true])
  })

  it('[O13] a page that comes back from the browser’s cache looks at once who owns it', () => {
    const change = lease(localStorage)
    vi.advanceTimersByTime(10)
    localStorage.setItem('tokenim.owner', JSON.stringify({ page: 'other', until: Date.now() + 90_000 }))
    dispatchEvent(new Event('pageshow'))
    expect(change.mock.lastCall).toEqual([false])
  })

  it('[O14] an offered lease is free until this page looks again', () => {
    const change = vi.fn()
    const owner = leaseOwner(localStorage)
    owner.claim(false, change)
    vi.advanceTimersByTime(10)
    owner.offer?.()
    expect(localStorage.getItem('tokenim.owner')).toBeNull()
    vi.advanceTimersByTime(2_000)
    expect([localStorage.getItem('tokenim.owner'), change.mock.calls]).toEqual([
      expect.stringContaining('until'),
      [[true]],
    ])
  })
})

it('[O10] the app always owns', async () => {
  const change = vi.fn()
  soleOwner.claim(false, change)
  expect(change).not.toHaveBeenCalled()
  await settle()
  expect(change.mock.calls).toEqual([[true]])
})
