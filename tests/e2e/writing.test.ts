/** Writing: input methods that compose, fast fingers, right-to-left words, links. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { befriend, freshId, must, post, register, type Registered } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from '../server/launch'
import { eventually, open, say, seen, signInOn, tap, texts, type } from './acts'
import { openPhone, type Phone } from './browser'

const folder = path.join(import.meta.dirname, 'shots')
let server: LaunchedServer
let phone: Phone
let keys: CDPSession
let friend: Registered
let conversationId: number

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  server = await launchServer()
  const me = await register(server.url, 'writer', 'Eve')
  friend = await register(server.url, 'friend-ada', 'ليلى Ada')
  conversationId = await befriend(server.url, me, friend)
  phone = await openPhone({ locale: 'en' })
  keys = await phone.context.newCDPSession(phone.page)
  await signInOn(phone.page, server.url, 'writer')
  await open(phone.page, server.url, `/pages/room/index?id=${conversationId}`)
  await seen(phone.page, 'composer-input').waitFor()
}, 120_000)
afterAll(async () => {
  await phone.close()
  await server.stop()
})

const compose = (text: string) =>
  keys.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
/** What was composed becomes this. */
const commit = (text: string) => keys.send('Input.insertText', { text })
const enter = (type: 'rawKeyDown' | 'keyUp', code = 13) =>
  keys.send('Input.dispatchKeyEvent', { type, key: 'Enter', code: 'Enter', windowsVirtualKeyCode: code })
const inner = (page: Page, id: string) => seen(page, id).locator('input, textarea')
const hasFocus = (page: Page, id: string) =>
  inner(page, id).evaluate((field) => field === document.activeElement)
/** Taps one after the other, without a moment between them. */
const atOnce = (page: Page, ...ids: string[]) =>
  page.evaluate((list) => {
    for (const id of list) {
      const all = [...document.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`)]
      all.find((element) => element.offsetParent !== null)?.click()
    }
  }, ids)
const last = async (): Promise<string | undefined> => (await texts(phone.page)).at(-1)

describe('[U4] while an input method composes', { timeout: 90_000 }, () => {
  it('nothing is sent: not by a tap, not by Enter, and what is composed is', async () => {
    const { page } = phone
    await inner(page, 'composer-input').tap()
    await compose("zai'jian")
    const send = seen(page, 'composer-send')
    expect(await send.getAttribute('aria-disabled')).toBe('true')
    await send.tap({ force: true })
    await send.evaluate((button: HTMLElement) => button.click())
    await enter('rawKeyDown', 229)
    await commit('再见')
    await enter('keyUp')
    await eventually(() => send.getAttribute('aria-disabled'), 'false')
    expect(await texts(page)).toEqual([])
    await send.tap()
    await eventually(() => texts(page), ['再见'])
  })

  it.each([
    ['ends it', async () => [await enter('rawKeyDown', 229), await commit('王波'), await enter('keyUp')]],
    [
      'comes after its end',
      async () => [await commit('王波'), await enter('rawKeyDown', 229), await enter('keyUp')],
    ],
  ])('Enter that %s neither goes on nor searches', async (_how, act) => {
    const { page } = phone
    await open(page, server.url, '/pkg-contacts/add-friend/index')
    let searches = 0
    page.on('request', (request) => void (searches += Number(request.url().includes('findUser'))))
    await inner(page, 'friend-search-input').fill('')
    await inner(page, 'friend-search-input').tap()
    await compose('wang')
    await act()
    expect(await hasFocus(page, 'friend-search-input')).toBe(true)
    expect(await inner(page, 'friend-search-input').inputValue()).toBe('王波')
    expect([searches, await seen(page, 'friend-search-empty').count()]).toEqual([0, 0])
    await enter('rawKeyDown')
    await enter('keyUp')
    await seen(page, 'friend-search-empty').waitFor()
    await open(page, server.url, `/pages/room/index?id=${conversationId}`)
  })
})

describe('[T6] what stands in the field is what is sent', { timeout: 90_000 }, () => {
  it.each<[what: string, ids: string[], sent: string]>([
    ['an emoji that was tapped', ['emoji', 'composer-send'], '😀'],
    ['not an emoji that was erased', ['emoji', 'emoji', 'emoji-erase', 'emoji-send'], '😀'],
    ['once, by two taps', ['emoji', 'emoji-send', 'emoji-send', 'composer-send'], '😀'],
  ])('%s', async (_what, ids, sent) => {
    const { page } = phone
    const before = await texts(page)
    await tap(page, 'composer-emoji')
    await seen(page, 'emoji').first().waitFor()
    await atOnce(page, ...ids)
    await eventually(() => texts(page), [...before, sent])
    expect(await inner(page, 'composer-input').inputValue()).toBe('')
    await tap(page, 'composer-emoji')
  })

  it('a text that was pasted, with the emoji after it', async () => {
    const { page } = phone
    await inner(page, 'composer-input').evaluate((field: HTMLTextAreaElement) => {
      field.focus()
      field.value = 'pasted'
      field.dispatchEvent(new InputEvent('input'))
    })
    await atOnce(page, 'composer-emoji')
    await seen(page, 'emoji').first().waitFor()
    await atOnce(page, 'emoji', 'composer-send')
    await eventually(last, 'pasted😀')
    await tap(page, 'composer-emoji')
  })
})

describe('[U2] people’s words', { timeout: 90_000 }, () => {
  const lines = [
    'مرحبا Ada, كيف حالك؟',
    'Ada wrote: שלום, מה שלומך?',
    'שלום! The address is https://example.org/a_(b), תודה',
    'مرحبا\nEnglish line.\nשורה בעברית.',
    'https://good.example/\u202e/moc.live//:sptth',
    'www.example.org, ada@example.org 你好https://a.example/x你好',
  ]

  it('run their own way in bubbles, lists and titles, and turn nothing else round', async () => {
    const { page } = phone
    for (const [n, text] of lines.entries()) {
      if (n % 2) await say(page, text)
      else {
        const input = {
          conversationId,
          clientId: freshId(),
          body: { kind: 'text' as const, text },
          seenSeq: 0,
        }
        must(await post(server.url, 'chat.sendMessage', input, friend.token))
      }
      await eventually(last, text)
    }
    const styles = await seen(page, 'message-text').evaluateAll((list) =>
      list.slice(-6).map((element) => getComputedStyle(element).direction),
    )
    expect(styles).toEqual(['rtl', 'ltr', 'rtl', 'rtl', 'ltr', 'ltr'])
    const links = page.locator('.bubble__link:visible')
    expect(await links.allInnerTexts()).toEqual([
      'https://example.org/a_(b)',
      'https://good.example/',
      'www.example.org',
      'ada@example.org',
      'https://a.example/x',
    ])
    const shown = await links.evaluateAll((list) =>
      list.map((link) => {
        const { direction, unicodeBidi, textDecorationLine } = getComputedStyle(link)
        return [direction, unicodeBidi, textDecorationLine].join(' ')
      }),
    )
    expect([...new Set(shown)]).toEqual(['ltr isolate underline'])
    await type(page, 'composer-input', 'שלום Ada')
    const field = inner(page, 'composer-input')
    await eventually(() => field.evaluate((element) => getComputedStyle(element).direction), 'rtl')
    await page.screenshot({ path: path.join(folder, 'room-words-light-en.png') })
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.screenshot({ path: path.join(folder, 'room-words-dark-en.png') })
    await page.emulateMedia({ colorScheme: 'light' })
    await open(page, server.url, '/pages/chats/index')
    await seen(page, 'chat-row').first().waitFor()
    const name = await seen(page, 'chat-row-name').evaluate((element) => getComputedStyle(element).direction)
    expect(name).toBe('rtl')
    await page.screenshot({ path: path.join(folder, 'chats-words-light-en.png') })
  })

  it('reported no error', () => expect(phone.errors).toEqual([]))
})
