/** Two browsers in a network that refuses WebSockets: their people chat without noticing. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startUpgradeProxy, type UpgradeProxy } from '../helpers/upgrade-proxy'
import { launchServer, type LaunchedServer } from '../server/launch'
import { eventually, open, registerOn, say, seen, signInOn, states, tap, texts, type } from './acts'
import { openPhone, type Phone } from './browser'

const folder = path.join(import.meta.dirname, 'shots')
let server: LaunchedServer
let proxy: UpgradeProxy
let anna: Phone
let bo: Phone

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  server = await launchServer()
  proxy = await startUpgradeProxy(server.url)
  proxy.sockets = 'refused'
  anna = await openPhone({ locale: 'en' })
  bo = await openPhone({ locale: 'zh-CN', colorScheme: 'dark' })
}, 120_000)
afterAll(async () => {
  await anna.close()
  await bo.close()
  await proxy.close()
  await server.stop()
})

const sentByRest = () => proxy.calls.get('/api/chat.sendMessage') ?? 0

describe('two phones without sockets', { timeout: 180_000 }, () => {
  it('[W10] [C3] they become friends', async () => {
    await registerOn(anna.page, proxy.url, 'anna_2026', '安娜')
    await registerOn(bo.page, proxy.url, 'bo_2026', '王波')
    await open(anna.page, proxy.url, '/pkg-contacts/add-friend/index')
    await type(anna.page, 'friend-search-input', 'bo_2026')
    await tap(anna.page, 'friend-search-submit')
    await seen(anna.page, 'friend-result-name').waitFor()
    await type(anna.page, 'friend-message', '我是安娜')
    await tap(anna.page, 'friend-request-send')
    await open(bo.page, proxy.url, '/pkg-contacts/new-friends/index')
    await tap(bo.page, 'request-accept')
    for (const { page } of [anna, bo]) {
      await open(page, proxy.url, '/pages/chats/index')
      await seen(page, 'chat-row').first().waitFor()
      await tap(page, 'chat-row')
      await seen(page, 'composer-input').waitFor()
    }
  })

  it('[W10] [Y14] [S3] they chat by REST, and nothing on the screen tells', async () => {
    const said = [
      '你好，王波 😀',
      '你好！公司网络不让用 WebSocket。',
      '没关系，照样能聊。',
      '真的一点都看不出来 👍',
    ]
    for (const [n, text] of said.entries()) {
      await say(n % 2 ? bo.page : anna.page, text)
      for (const { page } of [anna, bo]) await eventually(() => texts(page), said.slice(0, n + 1))
    }
    for (const { page } of [anna, bo])
      await eventually(async () => (await states(page)).filter((state) => state !== 'sent'), [])
    expect(sentByRest()).toBe(said.length)
    for (const [name, title, { page }] of [
      ['light-en', 'Chats', anna],
      ['dark-zh-CN', '聊天', bo],
    ] as const) {
      await page.screenshot({ path: path.join(folder, `no-sockets-room-${name}.png`) })
      await open(page, proxy.url, '/pages/chats/index')
      await seen(page, 'chat-row').first().waitFor()
      expect(await seen(page, 'chats-offline').count()).toBe(0)
      expect(await seen(page, 'chats-title').innerText()).toBe(title)
      await page.screenshot({ path: path.join(folder, `no-sockets-chats-${name}.png`) })
      await tap(page, 'chat-row')
      await seen(page, 'composer-input').waitFor()
    }
  })

  it('[Y7] [W10] who signs in and waits for the first chats is not told that there are none', async () => {
    proxy.sockets = 'silent'
    const tablet = await openPhone({ locale: 'en' })
    await Promise.all([
      seen(tablet.page, 'list-loading').waitFor(),
      signInOn(tablet.page, proxy.url, 'anna_2026'),
    ])
    await tablet.page.screenshot({ path: path.join(folder, 'no-sockets-first-light-en.png') })
    expect(await seen(tablet.page, 'chats-empty').count()).toBe(0)
    await tablet.page.locator('.uni-tabbar__item').nth(1).click()
    await seen(tablet.page, 'contacts-new-friends').waitFor()
    expect(await seen(tablet.page, 'contacts-empty').count()).toBe(0)
    await eventually(() => seen(tablet.page, 'contact-row-name').allInnerTexts(), ['王波'])
    expect(tablet.errors).toEqual([])
    await tablet.close()
    proxy.sockets = 'refused'
  })

  it('[W10] [S4] they return to sockets when the network lets them', async () => {
    proxy.sockets = 'fine'
    // Another network: the phone tries a socket at once instead of in a minute.
    for (const { page } of [anna, bo])
      for (const offline of [true, false]) await page.context().setOffline(offline)
    let sent = -1
    const all = await texts(anna.page)
    for (const until = Date.now() + 120_000; sent !== sentByRest();) {
      if (Date.now() > until) throw new Error('no return to sockets within two minutes')
      sent = sentByRest()
      all.push(`第 ${all.length + 1} 条`)
      await say(anna.page, all.at(-1) ?? '')
      await eventually(() => texts(bo.page), all)
      if (sent !== sentByRest()) await new Promise((resolve) => setTimeout(resolve, 2_000))
    }
    for (const { page } of [anna, bo]) await eventually(() => texts(page), all)
    expect([anna.errors, bo.errors]).toEqual([[], []])
  })

  it('[W4] when nobody answers, the bar says that it is not the network', async () => {
    await proxy.close()
    for (const [name, text, { page }] of [
      ['light-en', 'The server does not answer. Trying again…', anna],
      ['dark-zh-CN', '暂时无法连接服务器，正在重试...', bo],
    ] as const) {
      await tap(page, 'nav-back')
      await eventually(() => seen(page, 'chats-offline').allInnerTexts(), [text])
      await page.screenshot({ path: path.join(folder, `no-server-chats-${name}.png`) })
    }
  })
})
