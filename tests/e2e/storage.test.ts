/** Browsers that refuse to keep anything, or to say which tab is in use; and several tabs of one browser. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { befriend, must, post, register } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from '../server/launch'
import { eventually, open, registerOn, say, seen, signInOn, states, tap, type } from './acts'
import { openPhone, type Phone, type PhoneOptions } from './browser'

const folder = path.resolve(import.meta.dirname, '../../dist/shots/storage')
let server: LaunchedServer
let phone: Phone
let accounts = 0

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  server = await launchServer(undefined, { env: { RATE_LIMIT_FACTOR: '1000' } })
}, 120_000)
afterAll(() => server.stop())
afterEach(() => phone.close())

/** A browser in which `refuse` runs before each page. */
async function openRefusing(refuse: () => void, options?: PhoneOptions): Promise<Phone> {
  phone = await openPhone(options)
  await phone.context.addInitScript(refuse)
  return phone
}
const shot = (page: Page, name: string) => page.screenshot({ path: path.join(folder, `${name}.png`) })
/** A new account, signed in on a page. */
async function enter(page: Page): Promise<string> {
  const account = `keeper${++accounts}`
  await registerOn(page, server.url, account, 'Kim')
  return account
}
const isShown = (page: Page, id: string) => seen(page, id).isVisible()
const isElsewhere = (page: Page) => page.getByTestId('takeover').first().isVisible()

/** Each runs in the browser: nothing from out here reaches it. */
const refusals: Record<string, () => void> = {
  'every name throws': () => {
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('Access is denied for this document.', 'SecurityError')
        },
      })
  },
  'every name is gone': () => {
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
      Object.defineProperty(window, name, { value: undefined })
  },
  'databases cannot be opened': () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('The operation is insecure.', 'InvalidStateError')
    }
  },
  'databases are of a newer version': () => {
    indexedDB.open('tokenim', 5)
  },
  'there is no room for anything': () => {
    const full = () => {
      throw new DOMException('No room', 'QuotaExceededError')
    }
    Storage.prototype.setItem = full
    IDBObjectStore.prototype.put = full
  },
}

describe('a browser that keeps nothing', { timeout: 240_000 }, () => {
  it.each(Object.keys(refusals))(
    '[O12] where %s the page works from memory and says so once',
    async (how) => {
      const { page } = await openRefusing(refusals[how] ?? (() => undefined), { locale: 'en' })
      const account = await enter(page)
      await seen(page, 'keeps-nothing').getByText('keeps nothing').waitFor()
      expect(await isElsewhere(page)).toBe(false)
      await tap(page, 'keeps-nothing-close')
      await open(page, server.url, '/pages/me/index')
      await seen(page, 'me-settings').first().waitFor()
      expect(await isShown(page, 'keeps-nothing')).toBe(false)
      await page.reload()
      await seen(page, 'signin-account').waitFor()
      await signInOn(page, server.url, account)
      await seen(page, 'keeps-nothing').waitFor()
      expect(phone.errors).toEqual([])
    },
  )

  it.each([
    { locale: 'zh-CN', colorScheme: 'light' },
    { locale: 'en', colorScheme: 'dark' },
  ] as const)('[O12] the line stands below what one does, in $locale, $colorScheme', async (options) => {
    const { page } = await openRefusing(refusals['every name throws'] ?? (() => undefined), options)
    await open(page, server.url, '/pages/sign-in/index')
    await seen(page, 'keeps-nothing').waitFor()
    await shot(page, `sign-in-${options.locale}-${options.colorScheme}`)
    await enter(page)
    await seen(page, 'keeps-nothing').waitFor()
    await shot(page, `chats-${options.locale}-${options.colorScheme}`)
  })

  it('[O12] what is written is sent, also where a database never answers', async () => {
    const me = await register(server.url, 'keeper-me', 'Kim')
    const friend = await register(server.url, 'keeper-friend', 'Ada')
    const chat = await befriend(server.url, me, friend)
    const { page } = await openRefusing(() => {
      IDBFactory.prototype.open = () => new EventTarget() as IDBOpenDBRequest
    })
    await signInOn(page, server.url, 'keeper-me')
    await open(page, server.url, `/pages/room/index?id=${chat}`)
    await say(page, 'from memory')
    await eventually(async () => (await states(page)).at(-1), 'sent')
    const input = { conversationId: chat, beforeSeq: Number.MAX_SAFE_INTEGER, limit: 10 }
    const { rows } = must(await post(server.url, 'chat.listMessages', input, friend.token))
    expect(rows.at(-1)?.body).toEqual({ kind: 'text', text: 'from memory' })
    expect(await isElsewhere(page)).toBe(false)
  })

  it('[O12] a browser that keeps everything says nothing', async () => {
    phone = await openPhone()
    await enter(phone.page)
    await phone.page.reload()
    await seen(phone.page, 'chats-title').waitFor()
    expect(await isShown(phone.page, 'keeps-nothing')).toBe(false)
  })

  it('[O12] a database that the browser takes away while it is open is opened anew', async () => {
    phone = await openPhone()
    const { page } = phone
    await enter(page)
    await page.evaluate(
      () =>
        new Promise<void>((resolve, reject) => {
          const gone = indexedDB.deleteDatabase('tokenim')
          gone.onsuccess = () => resolve()
          gone.onerror = () => reject(new Error('it stayed'))
        }),
    )
    await open(page, server.url, '/pages/me/index')
    await tap(page, 'me-settings')
    expect(await isShown(page, 'keeps-nothing')).toBe(false)
    expect(phone.errors).toEqual([])
  })
})

const lockRefusals: Record<string, () => void> = {
  'refuses them': () => {
    const refuse = () => Promise.reject(new DOMException('denied', 'SecurityError'))
    LockManager.prototype.request = refuse
    LockManager.prototype.query = refuse
  },
  'throws at their name': () => {
    Object.defineProperty(Navigator.prototype, 'locks', {
      get() {
        throw new DOMException('denied', 'SecurityError')
      },
    })
  },
  'has none': () => {
    Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })
  },
  'never answers': () => {
    const never = () => new Promise<never>(() => undefined)
    LockManager.prototype.request = never
    LockManager.prototype.query = never
  },
}
const second = async (context: BrowserContext, route = '/pages/chats/index'): Promise<Page> => {
  const page = await context.newPage()
  await open(page, server.url, route)
  return page
}
const isIn = (page: Page) => async () => (await isShown(page, 'chats-title')) && !(await isElsewhere(page))

describe('tabs without Web Locks', { timeout: 240_000 }, () => {
  it.each(Object.keys(lockRefusals))(
    '[O13] a browser that %s: one tab is in use, and any can be',
    async (how) => {
      const { page, context } = await openRefusing(lockRefusals[how] ?? (() => undefined))
      await enter(page)
      const other = await second(context)
      await eventually(() => isElsewhere(other), true)
      await other.getByTestId('takeover').first().click()
      await eventually(isIn(other), true)
      await eventually(() => isElsewhere(page), true)
      await other.close()
      await eventually(isIn(page), true)
    },
  )

  it('[O13] nor with any storage: every tab is on its own, and none is blocked', async () => {
    const { page, context } = await openRefusing(() => {
      const refuse = () => Promise.reject(new DOMException('denied', 'SecurityError'))
      LockManager.prototype.request = refuse
      LockManager.prototype.query = refuse
      for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
        Object.defineProperty(window, name, {
          get() {
            throw new DOMException('denied', 'SecurityError')
          },
        })
    })
    await enter(page)
    const other = await second(context, '/pages/sign-in/index')
    await enter(other)
    await eventually(isIn(page), true)
    await eventually(isIn(other), true)
  })
})

describe('tabs of one browser', { timeout: 240_000 }, () => {
  it('[O13] take over from each other, and the first gets on by itself when the other closes', async () => {
    phone = await openPhone()
    const { page, context } = phone
    await enter(page)
    const other = await second(context)
    await eventually(() => isElsewhere(other), true)
    await shot(other, 'elsewhere')
    for (const [to, from] of [
      [other, page],
      [page, other],
      [other, page],
    ] as const) {
      await to.getByTestId('takeover').first().click()
      await eventually(isIn(to), true)
      await eventually(() => isElsewhere(from), true)
    }
    await other.close()
    await eventually(isIn(page), true)
    expect(phone.errors).toEqual([])
  })

  it('[O13] a tab that crashes leaves the other in use', async () => {
    phone = await openPhone()
    const { page, context } = phone
    await enter(page)
    const other = await second(context)
    await eventually(() => isElsewhere(other), true)
    await page.goto('chrome://crash').catch(() => undefined)
    await eventually(isIn(other), true)
  })

  it('[O14] of two on which nobody is signed in none is blocked, and either can sign in', async () => {
    phone = await openPhone()
    const { page, context } = phone
    await open(page, server.url, '/pages/sign-in/index')
    await seen(page, 'signin-account').waitFor()
    const other = await second(context, '/pages/sign-in/index')
    await seen(other, 'signin-account').waitFor()
    expect([await isElsewhere(page), await isElsewhere(other)]).toEqual([false, false])
    await type(other, 'signin-account', 'somebody')
    await enter(other)
    await eventually(isIn(other), true)
    // The first was left alone; looked at again it tells where the account is in use.
    await page.bringToFront()
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await eventually(() => isElsewhere(page), true)
    await page.getByTestId('takeover').first().click()
    await eventually(isIn(page), true)
    await eventually(() => isElsewhere(other), true)
  })

  it('[O14] signing out in one tab frees the other for somebody else', async () => {
    phone = await openPhone()
    const { page, context } = phone
    await enter(page)
    const other = await second(context)
    await eventually(() => isElsewhere(other), true)
    await open(page, server.url, '/pages/me/index')
    await tap(page, 'me-signout')
    await tap(page, 'dialog-yes')
    await seen(page, 'signin-account').waitFor()
    await seen(other, 'signin-account').waitFor()
    expect([await isElsewhere(page), await isElsewhere(other)]).toEqual([false, false])
    await enter(other)
    await eventually(isIn(other), true)
  })
})
