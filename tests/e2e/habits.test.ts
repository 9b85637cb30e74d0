/** What people do besides chatting: type addresses, go offline anywhere, use a keyboard, paste what is too long. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { befriend, freshId, must, post, register, type Registered } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from '../server/launch'
import { eventually, open, password, say, seen, signInOn, tap, texts, type } from './acts'
import { openDesktop, openPhone, type Phone } from './browser'
import { dragToEnd, middleOf } from './finger'

let server: LaunchedServer
let phone: Phone
let desktop: Phone | undefined
let rooms: number[] = []
let friends: Registered[] = []
const room = (n: number): string => `/pages/room/index?id=${rooms[n]}`
const tab = (page: Page, n: number) => page.locator('.uni-tabbar__item').nth(n)

async function hear(n: number, text: string): Promise<void> {
  const body = { kind: 'text' as const, text }
  const input = { conversationId: rooms[n] ?? 0, clientId: freshId(), body, seenSeq: 0 }
  must(await post(server.url, 'chat.sendMessage', input, friends[n]?.token))
}

beforeAll(async () => {
  server = await launchServer()
  const me = await register(server.url, 'creature', 'Eve')
  const names = ['Ada', 'Bob', 'Cyd']
  friends = await Promise.all(names.map((name) => register(server.url, `friend-${name.toLowerCase()}`, name)))
  rooms = await Promise.all(friends.map((friend) => befriend(server.url, me, friend)))
  for (const [n, name] of names.entries()) await hear(n, `I am ${name}`)
  phone = await openPhone({ locale: 'en' })
  await signInOn(phone.page, server.url, 'creature')
}, 120_000)
afterAll(async () => {
  await phone.close()
  await desktop?.close()
  await server.stop()
})

describe('on a phone', { timeout: 90_000 }, () => {
  it('a room follows its address, forth and back', async () => {
    const { page } = phone
    await page.goto('about:blank')
    await open(page, server.url, room(0))
    await eventually(() => texts(page), ['I am Ada'])
    await open(page, server.url, room(1))
    await eventually(() => texts(page), ['I am Bob'])
    expect(await seen(page, 'room-title').allInnerTexts()).toEqual(['Bob'])
    await say(page, 'to Bob')
    await open(page, server.url, room(0))
    await eventually(() => texts(page), ['I am Ada'])
    await page.goBack()
    await eventually(() => texts(page), ['I am Bob', 'to Bob'])
    await tap(page, 'nav-back')
    await eventually(() => texts(page), ['I am Ada'])
    await tap(page, 'nav-back')
    await seen(page, 'chats-title').waitFor()
  })

  it('[R2] the way back says how many messages wait in other chats', async () => {
    const { page } = phone
    const waiting = () => seen(page, 'nav-unread').allInnerTexts()
    await open(page, server.url, room(0))
    await eventually(waiting, ['1'])
    for (let n = 0; n < 99; n++) await hear(2, `more ${n}`)
    await eventually(waiting, ['99+'])
    expect(await seen(page, 'nav-back').textContent()).toContain('Back, 100 unread')
    await open(page, server.url, room(2))
    await seen(page, 'message').first().waitFor()
    await eventually(waiting, [])
  })

  it('no emoji rests under the keys of the panel', async () => {
    const { page } = phone
    await tap(page, 'composer-emoji')
    await dragToEnd(page, await middleOf(seen(page, 'emoji-panel')), seen(page, 'emoji').last())
    const boxes = (id: string) =>
      seen(page, id).evaluateAll((list) =>
        list.map((element) => element.getBoundingClientRect().toJSON() as DOMRect),
      )
    const lowest = Math.max(...(await boxes('emoji')).map(({ bottom }) => bottom))
    const keys = await boxes('emoji-erase')
    expect(keys.map(({ top }) => top > lowest)).toEqual([true])
    await tap(page, 'composer-emoji')
  })

  it('all of a fast text is sent, and the field keeps the focus and with it the keyboard', async () => {
    const { page } = phone
    await open(page, server.url, room(0))
    await seen(page, 'composer-input').locator('textarea').tap()
    await page.keyboard.type('one')
    await seen(page, 'composer-send').tap()
    await page.keyboard.type('two')
    await seen(page, 'composer-send').tap()
    await eventually(async () => (await texts(page)).slice(-2), ['one', 'two'])
  })

  it('a message is sent without the blank lines around it', async () => {
    await say(phone.page, '\n \n  a\n\nb \n\n')
    await eventually(async () => (await texts(phone.page)).at(-1), '  a\n\nb')
  })

  it('a text that is too long shows in red by how much', async () => {
    const { page } = phone
    const colour = () => seen(page, 'composer-counter').evaluate((element) => getComputedStyle(element).color)
    await type(page, 'composer-input', '汉'.repeat(5_000))
    await seen(page, 'composer-counter').waitFor()
    const fits = await colour()
    await type(page, 'composer-input', '汉'.repeat(5_001))
    await eventually(async () => (await colour()) !== fits, true)
    await type(page, 'composer-input', '')
  })

  it('pages that were never opened open without a network, with all pictures', async () => {
    const { page, context } = phone
    await page.goto('about:blank')
    await open(page, server.url, '/pages/chats/index')
    await seen(page, 'chat-row').first().waitFor()
    // What is fetched ahead is here: the scripts of other pages, and pictures of the tabs.
    await page.waitForFunction(() => {
      const loaded = performance.getEntriesByType('resource').map(({ name }) => name)
      const ahead = [
        'pages-me-index',
        'pages-contacts-index',
        'pkg-me-settings-index',
        'tab/me-on',
        'tab/contacts-on',
      ]
      return ahead.every((part) => loaded.some((name) => name.includes(part)))
    })
    await page.waitForLoadState('networkidle')
    await context.setOffline(true)
    await tab(page, 2).click()
    await seen(page, 'me-name').waitFor()
    await tap(page, 'me-settings')
    await seen(page, 'settings-theme').waitFor()
    await tap(page, 'nav-back')
    await tab(page, 1).click()
    await seen(page, 'contacts-count').waitFor()
    const widths = await page
      .locator('.uni-tabbar__icon img')
      .evaluateAll((list) => list.map((picture) => (picture as HTMLImageElement).naturalWidth))
    expect(widths.filter((width) => width > 0)).toHaveLength(3)
    await context.setOffline(false)
  })

  it('[W13] a search without a network says so at once, and can be tried again', async () => {
    const { page, context } = phone
    await open(page, server.url, '/pkg-contacts/add-friend/index')
    await type(page, 'friend-search-input', 'friend-ada')
    await context.setOffline(true)
    await tap(page, 'friend-search-submit')
    const problem = page.getByText('No network. Check your connection and try again.')
    // At once is counted in reading.test.ts; here it comes before anything can have timed out.
    await problem.waitFor({ timeout: limits.requestTimeoutMs })
    await context.setOffline(false)
    await tap(page, 'friend-search-retry')
    await eventually(() => seen(page, 'friend-result-name').allInnerTexts(), ['Ada'])
    expect(await problem.count()).toBe(0)
    await open(page, server.url, '/pages/chats/index')
  })

  it('[A6] signing out says what it deletes, and deletes it', async () => {
    const { page, context } = phone
    await open(page, server.url, room(0))
    await context.setOffline(true)
    await say(page, 'never sent')
    await tap(page, 'nav-back')
    await tab(page, 2).click()
    await tap(page, 'me-signout')
    await page.getByText('Not sent yet: 1. Signing out deletes').waitFor()
    await tap(page, 'dialog-yes')
    await seen(page, 'signin-submit').waitFor()
    await context.setOffline(false)
    await signInOn(page, server.url, 'creature')
    await open(page, server.url, room(0))
    await seen(page, 'message-text').first().waitFor()
    expect(await texts(page)).toContain('two')
    expect(await texts(page)).not.toContain('never sent')
  })

  it('[A10] who signs out without a network is signed out on the server when there is one again', async () => {
    const { page, context } = phone
    const signOut = async (): Promise<void> => {
      await open(page, server.url, '/pages/me/index')
      await tap(page, 'me-signout')
      await tap(page, 'dialog-yes')
      await seen(page, 'signin-submit').waitFor()
    }
    await signOut()
    const [answer] = await Promise.all([
      page.waitForResponse(/accounts\.signIn/),
      signInOn(page, server.url, 'creature'),
    ])
    const { accessToken } = (await answer.json()) as { accessToken: string }
    const holds = async (): Promise<boolean> => (await post(server.url, 'sync.heads', {}, accessToken)).ok
    await context.setOffline(true)
    await signOut()
    expect(await holds()).toBe(true)
    await context.setOffline(false)
    await eventually(holds, false)
    await signInOn(page, server.url, 'creature')
  })

  it('emoji in a text keep their colours: what they are written in is opaque', async () => {
    const { page } = phone
    await open(page, server.url, room(0))
    await seen(page, 'message-text').first().waitFor()
    const colours = await page
      .locator('[data-testid="message-text"]:visible, .composer__input, .nav__title')
      .evaluateAll((list) => list.map((element) => getComputedStyle(element).color))
    expect(colours.filter((colour) => !colour.startsWith('rgb('))).toEqual([])
  })

  it('reported no error', () => expect(phone.errors).toEqual([]))
})

describe('with a keyboard', { timeout: 90_000 }, () => {
  it('Enter goes on to the next field, and browsers know what to fill in', async () => {
    desktop = await openDesktop({ locale: 'en' })
    const { page } = desktop
    await open(page, server.url, '/pages/register/index')
    const inner = (id: string) => seen(page, id).locator('input')
    const hasFocus = (id: string) => inner(id).evaluate((field) => field === document.activeElement)
    await inner('register-account').focus()
    for (const [id, word] of Object.entries({ account: 'someone', name: 'Some One', password: 'short' })) {
      await eventually(() => hasFocus(`register-${id}`), true)
      await page.keyboard.type(word)
      await page.keyboard.press('Enter')
    }
    await page.getByText('A password has 8 to 128 characters').waitFor()
    await open(page, server.url, '/pages/sign-in/index')
    const fields = ['signin-account', 'signin-password']
    const fill = () => Promise.all(fields.map((id) => inner(id).getAttribute('autocomplete')))
    await eventually(fill, ['username', 'current-password'])
    await inner('signin-account').focus()
    await page.keyboard.type('creature')
    await page.keyboard.press('Enter')
    await eventually(() => hasFocus('signin-password'), true)
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await seen(page, 'chats-title').waitFor()
  })

  it('Enter opens and presses, Escape closes, and the focus comes back', async () => {
    if (!desktop) throw new Error('no desktop')
    const { page } = desktop
    await seen(page, 'chats-menu').focus()
    await page.keyboard.press('Enter')
    await seen(page, 'chats-add').waitFor()
    await page.keyboard.press('Escape')
    await eventually(() => seen(page, 'chats-add').count(), 0)
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('chats-menu')
    await tab(page, 2).focus()
    await page.keyboard.press('Enter')
    await seen(page, 'me-signout').focus()
    await page.keyboard.press('Enter')
    await seen(page, 'dialog-yes').waitFor()
    await page.keyboard.press('Escape')
    await eventually(() => seen(page, 'dialog-yes').count(), 0)
  })

  it('Enter sends, Shift+Enter breaks the line, and Escape leaves the menu of a message', async () => {
    if (!desktop) throw new Error('no desktop')
    const { page } = desktop
    await open(page, server.url, room(1))
    await seen(page, 'composer-input').locator('textarea').focus()
    await page.keyboard.type('first')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('second')
    await page.keyboard.press('Enter')
    await eventually(async () => (await texts(page)).at(-1), 'first\nsecond')
    await seen(page, 'message-text').last().click({ button: 'right' })
    await seen(page, 'menu-copy').waitFor()
    await page.keyboard.press('Escape')
    await eventually(() => seen(page, 'menu-copy').count(), 0)
    expect(desktop.errors).toEqual([])
  })
})
