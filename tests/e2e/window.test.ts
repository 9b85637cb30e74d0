/** How the app behaves in its window: language, addresses, the way back, keys, width. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { befriend, freshId, must, post, register } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from '../server/launch'
import { eventually, open, seen, signInOn, tap, type } from './acts'
import { openDesktop, openPhone, type Phone } from './browser'
import { cut, enlarge, sideways } from './sight'

let server: LaunchedServer
let phone: Phone
let desktop: Phone
let room: string
let routeOf: (page: Page) => string

beforeAll(async () => {
  server = await launchServer()
  routeOf = (page) => page.url().replace(`${server.url}/#`, '')
  const me = await register(server.url, 'creature', 'Eve 😀')
  const friend = await register(server.url, 'friend-ada', 'Ada ✌️☺')
  const conversationId = await befriend(server.url, me, friend)
  const body = { kind: 'text' as const, text: 'Hello ☀️ 😀 12' }
  const input = { conversationId, clientId: freshId(), body, seenSeq: 0 }
  must(await post(server.url, 'chat.sendMessage', input, friend.token))
  const asker = await register(server.url, 'asker-bob', 'Bob')
  const ask = { clientId: freshId(), userId: me.userId, message: 'It is me' }
  must(await post(server.url, 'contacts.requestFriend', ask, asker.token))
  room = `/pages/room/index?id=${conversationId}`
  phone = await openPhone({ locale: 'en' })
  desktop = await openDesktop({ locale: 'en' })
}, 120_000)
afterAll(async () => {
  await phone.close()
  await desktop.close()
  await server.stop()
})

const lang = (page: Page): Promise<string> => page.evaluate(() => document.documentElement.lang)
/** Loads the app anew at an address. */
async function load(page: Page, route: string): Promise<void> {
  await page.goto('about:blank')
  await open(page, server.url, route)
}

describe('before anybody has signed in', { timeout: 90_000 }, () => {
  it('[U7] the document says its language before the first text is drawn', async () => {
    const { page } = phone
    await page.addInitScript(() => {
      const look = (): void => {
        if (document.querySelector('#app')?.textContent.trim()) {
          Object.assign(window, { firstLang: document.documentElement.lang })
          observer.disconnect()
        }
      }
      const observer = new MutationObserver(look)
      observer.observe(document, { childList: true, subtree: true, characterData: true })
    })
    await open(page, server.url, '/pages/sign-in/index')
    await seen(page, 'signin-submit').waitFor()
    expect(await page.evaluate(() => (window as { firstLang?: string }).firstLang)).toBe('en')
    expect([await lang(page), await page.title()]).toEqual(['en', 'Sign in'])
  })

  it('[U9] greets a first visitor, and one who comes back, each as such', async () => {
    const { page } = phone
    await page.getByText('Welcome', { exact: true }).waitFor()
    await signInOn(page, server.url, 'creature')
    await open(page, server.url, '/pages/me/index')
    await tap(page, 'me-signout')
    await tap(page, 'dialog-yes')
    await page.getByText('Welcome back', { exact: true }).waitFor()
    await page.reload()
    await page.getByText('Welcome back', { exact: true }).waitFor()
  })

  it.each([
    '/pages/nothing/index',
    '/pages/chats',
    '/a/b/c/d?e=f',
    '/pages/room/index/5',
    '/%E0%A4%A',
    '/#/#',
  ])('[U12] %s is no page, and leads to signing in', async (route) => {
    const { page } = phone
    await load(page, route)
    await seen(page, 'not-found').waitFor()
    expect(await page.title()).toBe('Page not found')
    await tap(page, 'empty-action')
    await seen(page, 'signin-submit').waitFor()
  })
})

describe('on a phone', { timeout: 90_000 }, () => {
  it.each(['/pages/nothing/index', '/pages/chats/nothing', '/x'])(
    '[U12] %s is no page, loaded or typed, and leads to the chats',
    async (route) => {
      const { page } = phone
      if (await seen(page, 'signin-submit').isVisible()) await signInOn(page, server.url, 'creature')
      await load(page, route)
      await seen(page, 'not-found').waitFor()
      await tap(page, 'empty-action')
      await seen(page, 'chats-title').waitFor()
      await open(page, server.url, '/pages/me/index')
      await seen(page, 'me-name').waitFor()
      await open(page, server.url, route)
      await seen(page, 'not-found').waitFor()
      await page.goBack()
      await seen(page, 'me-name').waitFor()
      await open(page, server.url, route)
      await tap(page, 'nav-back')
      await seen(page, 'chats-title').waitFor()
    },
  )

  it('[U12] slashes and capitals make no other page of an address', async () => {
    const { page } = phone
    await load(page, `//Pages/room/index/?${room.split('?')[1]}`)
    await seen(page, 'message').first().waitFor()
    expect(routeOf(page)).toBe(room)
    await open(page, server.url, '/pages/contacts/index/')
    await seen(page, 'contact-row').first().waitFor()
  })

  it.each(['?id=abc', '', '?id=0', '?id=-1', '?id=1e3', '?id=9007199254740993', '?id=424242'])(
    '[U12] a room of %s is not there, and leads to the chats',
    async (query) => {
      const { page } = phone
      await load(page, `/pages/room/index${query}`)
      await seen(page, 'room-missing').waitFor()
      expect(await seen(page, 'composer-input').count()).toBe(0)
      await tap(page, 'empty-action')
      await seen(page, 'chats-title').waitFor()
    },
  )

  it('[U8] one friend and one request are one', async () => {
    const { page } = phone
    await open(page, server.url, '/pages/contacts/index')
    await eventually(() => seen(page, 'contacts-count').allInnerTexts(), ['1 friend'])
    const newFriends = page.getByRole('button', { name: '1 new request', exact: false })
    expect(await newFriends.getAttribute('data-testid')).toBe('contacts-new-friends')
  })

  it('[U11] the way back closes the emoji panel first, then leaves the room', async () => {
    const { page } = phone
    await open(page, server.url, '/pages/chats/index')
    await tap(page, 'chat-row')
    for (const times of [1, 2]) {
      await tap(page, 'composer-emoji')
      await seen(page, 'emoji-panel').waitFor()
      await page.goBack()
      await eventually(() => seen(page, 'emoji-panel').count(), 0)
      expect([times, routeOf(page)]).toEqual([times, room])
    }
    await page.goBack()
    await seen(page, 'chats-title').waitFor()
  })

  it('[U11] a panel that was closed by hand leaves nothing on the way back', async () => {
    const { page } = phone
    await tap(page, 'chat-row')
    await tap(page, 'composer-emoji')
    await seen(page, 'emoji-panel').waitFor()
    await tap(page, 'composer-emoji')
    await eventually(() => seen(page, 'emoji-panel').count(), 0)
    await page.goBack()
    await seen(page, 'chats-title').waitFor()
    await tap(page, 'chat-row')
    await tap(page, 'composer-emoji')
    await seen(page, 'emoji-panel').waitFor()
    await tap(page, 'nav-back')
    await seen(page, 'chats-title').waitFor()
  })

  it('[U11] a panel under another page is still there on the way back from it', async () => {
    const { page } = phone
    await tap(page, 'chat-row')
    await tap(page, 'composer-emoji')
    await page.locator('.message__face:visible').first().tap()
    await seen(page, 'profile-name').waitFor()
    await page.goBack()
    await seen(page, 'room-title').waitFor()
    if ((await seen(page, 'emoji-panel').count()) > 0) await page.goBack()
    await eventually(() => seen(page, 'emoji-panel').count(), 0)
    expect(routeOf(page)).toBe(room)
    await page.goBack()
    await seen(page, 'chats-title').waitFor()
  })

  it('[U11] it closes menus, sheets and dialogs as well, one at a time', async () => {
    const { page } = phone
    await tap(page, 'chats-menu')
    await seen(page, 'chats-add').waitFor()
    await page.goBack()
    await eventually(() => seen(page, 'chats-add').count(), 0)
    await seen(page, 'chats-title').waitFor()
    await page.locator('.uni-tabbar__item').nth(2).click()
    await tap(page, 'me-signout')
    await seen(page, 'dialog-yes').waitFor()
    await page.goBack()
    await eventually(() => seen(page, 'dialog-yes').count(), 0)
    await tap(page, 'me-settings')
    await tap(page, 'settings-theme')
    await seen(page, 'sheet-dark').waitFor()
    await page.goBack()
    await eventually(() => seen(page, 'sheet-dark').count(), 0)
    await seen(page, 'settings-theme').waitFor()
    await page.goBack()
    await seen(page, 'me-name').waitFor()
  })

  it('[U7] language and title follow the choice, also with other pages beneath', async () => {
    const { page } = phone
    await tap(page, 'me-settings')
    const choose = async (language: string) => {
      await tap(page, 'settings-language')
      await tap(page, `sheet-${language}`)
    }
    const told = async () => [await lang(page), await page.title()]
    await choose('zh-CN')
    await eventually(told, ['zh-CN', '设置'])
    await page.reload()
    await seen(page, 'settings-language').waitFor()
    await eventually(told, ['zh-CN', '设置'])
    await choose('en')
    await eventually(told, ['en', 'Settings'])
    await tap(page, 'nav-back')
    await seen(page, 'chats-title').waitFor()
    await eventually(told, ['en', 'Chats'])
  })

  it('[U10] emoji are in colour where people have written, and digits are not emoji', async () => {
    const { page } = phone
    const fontsOf = async (id: string): Promise<string[]> => {
      const session = await page.context().newCDPSession(page)
      await session.send('DOM.enable')
      await session.send('CSS.enable')
      const { root } = await session.send('DOM.getDocument')
      const found = await session.send('DOM.querySelectorAll', {
        nodeId: root.nodeId,
        selector: `[data-testid="${id}"], [data-testid="${id}"] *`,
      })
      const fonts = await Promise.all(
        found.nodeIds.map((nodeId) => session.send('CSS.getPlatformFontsForNode', { nodeId })),
      )
      return [...new Set(fonts.flatMap((list) => list.fonts.map(({ familyName }) => familyName)))]
    }
    await seen(page, 'chat-row').waitFor()
    for (const id of ['chat-row-name', 'chat-row-preview'])
      expect(await fontsOf(id), id).toContain('Noto Color Emoji')
    await tap(page, 'chat-row')
    await seen(page, 'message-text').first().waitFor()
    for (const id of ['message-text', 'room-title'])
      expect(await fontsOf(id), id).toContain('Noto Color Emoji')
    expect((await fontsOf('message-text')).length).toBeGreaterThan(1)
    await type(page, 'composer-input', '😀')
    const family = await seen(page, 'composer-input')
      .locator('textarea')
      .evaluate((field) => getComputedStyle(field).fontFamily)
    expect(family).toContain('Emoji')
    await type(page, 'composer-input', '')
  })

  it('[U16] opens a room without raising the keyboard', async () => {
    const { page } = phone
    await load(page, '/pages/chats/index')
    await tap(page, 'chat-row')
    await seen(page, 'message-text').first().waitFor()
    expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('TEXTAREA')
  })

  it('reported no error', () => expect(phone.errors).toEqual([]))
})

describe('in a wide window', { timeout: 90_000 }, () => {
  const box = (page: Page, selector: string) =>
    page
      .locator(`${selector}:visible`)
      .first()
      .evaluate((element) => {
        const { left, right } = element.getBoundingClientRect()
        return { left, right }
      })

  it('[U16] everything stands in a column in the middle', async () => {
    const { page } = desktop
    await signInOn(page, server.url, 'creature')
    const column = { left: 400, right: 880 }
    for (const part of ['.page', '.nav', '.uni-tabbar'])
      expect([part, await box(page, part)]).toEqual([part, column])
    await open(page, server.url, '/pages/me/index')
    await tap(page, 'me-signout')
    expect(await box(page, '.dialog')).toEqual(column)
    await page.keyboard.press('Escape')
    await tap(page, 'me-settings')
    await tap(page, 'settings-theme')
    expect(await box(page, '.sheet__body')).toEqual(column)
    await page.keyboard.press('Escape')
    await open(page, server.url, room)
    await seen(page, 'message-text').last().click({ button: 'right' })
    const menu = await box(page, '.bubble-menu__body')
    expect([menu.left >= column.left, menu.right <= column.right]).toEqual([true, true])
    await page.keyboard.press('Escape')
    const sideways = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(await sideways()).toBe(0)
  })

  it('[U16] a room is opened with the cursor in its field', async () => {
    const { page } = desktop
    await open(page, server.url, '/pages/chats/index')
    await tap(page, 'chat-row')
    await seen(page, 'composer-input').waitFor()
    await eventually(() => page.evaluate(() => document.activeElement?.tagName), 'TEXTAREA')
  })

  it('[U11] Escape closes what is open, and then goes nowhere', async () => {
    const { page } = desktop
    await tap(page, 'composer-emoji')
    await seen(page, 'emoji-panel').waitFor()
    await page.keyboard.press('Escape')
    await eventually(() => seen(page, 'emoji-panel').count(), 0)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    expect(routeOf(page)).toBe(room)
    await page.goBack()
    await seen(page, 'chats-title').waitFor()
  })

  it('[U15] Tab stays in a sheet, arrows walk through it, and the focus comes back', async () => {
    const { page } = desktop
    const focus = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid'))
    await open(page, server.url, '/pkg-me/settings/index')
    await seen(page, 'settings-theme').focus()
    await page.keyboard.press('Enter')
    await eventually(focus, 'sheet-system')
    await page.keyboard.press('ArrowDown')
    expect(await focus()).toBe('sheet-light')
    for (const id of ['sheet-dark', 'sheet-cancel', 'sheet-system']) {
      await page.keyboard.press('Tab')
      expect(await focus()).toBe(id)
    }
    await page.keyboard.press('Shift+Tab')
    expect(await focus()).toBe('sheet-cancel')
    await page.keyboard.press('Escape')
    await eventually(focus, 'settings-theme')
    expect(desktop.errors).toEqual([])
  })
})

describe('for eyes that need more', { timeout: 240_000 }, () => {
  const routes = ['chats', 'contacts', 'me', 'network'].map((name) => `/pages/${name}/index`)
  const pages = [...routes, '/pkg-me/settings/index', '/pkg-contacts/new-friends/index']

  it('[U15] nothing is cut at twice the size, be it of the window or of the text', async () => {
    await desktop.page.setViewportSize({ width: 640, height: 400 })
    const found: Record<string, unknown> = {}
    for (const route of [...pages, room]) {
      for (const { page, text } of [
        { page: desktop.page, text: false },
        { page: phone.page, text: true },
      ]) {
        await load(page, route)
        await seen(page, 'message-text').or(page.locator('.nav:visible')).first().waitFor()
        await page.waitForLoadState('networkidle')
        if (text) await enlarge(page)
        const problems = [
          ...(await cut(page)),
          ...((await sideways(page)) > 0 ? ['wider than the window'] : []),
        ]
        if (problems.length > 0) found[`${route} ${text ? 'text' : 'window'}`] = problems
      }
    }
    expect(found).toEqual({})
  })
})
