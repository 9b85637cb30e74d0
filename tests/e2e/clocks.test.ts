/** Browsers on devices whose clocks are wrong, in a network without WebSockets and in one with them. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startUpgradeProxy, type UpgradeProxy } from '../helpers/upgrade-proxy'
import { befriend, freshId, must, post, register, type Registered } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from '../server/launch'
import { eventually, open, say, seen, signInOn, states, texts } from './acts'
import { openPhone, type Phone } from './browser'

const folder = path.resolve(import.meta.dirname, '../../dist/shots/clocks')
const hour = 3600_000
const day = 24 * hour
let server: LaunchedServer
let proxy: UpgradeProxy
let phone: Phone
let me: Registered
let friend: Registered
let chat: number

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  server = await launchServer(undefined, { env: { RATE_LIMIT_FACTOR: '1000' } })
  proxy = await startUpgradeProxy(server.url)
  me = await register(server.url, 'clock-me', 'Kim')
  friend = await register(server.url, 'clock-friend', 'Ada')
  chat = await befriend(server.url, me, friend)
}, 120_000)
afterAll(async () => {
  await proxy.close()
  await server.stop()
})
afterEach(() => phone.close())

/** A browser whose date is wrong by so much; `setClock` sets it while the page is open. */
async function openWrong(aheadMs: number): Promise<Page> {
  phone = await openPhone({ locale: 'en' })
  await phone.context.addInitScript((wrongByMs) => {
    const Right = Date
    const wrong = window as unknown as { wrongByMs: number }
    wrong.wrongByMs = wrongByMs
    const now = () => Right.now() + wrong.wrongByMs
    const construct = (target: DateConstructor, args: unknown[]): object =>
      Reflect.construct(target, args.length > 0 ? args : [now()]) as object
    window.Date = new Proxy(Right, {
      construct,
      get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
    })
  }, aheadMs)
  return phone.page
}
const setClock = (page: Page, aheadMs: number) =>
  page.evaluate((ms) => void ((window as unknown as { wrongByMs: number }).wrongByMs = ms), aheadMs)
const tell = async (text: string): Promise<void> => {
  const input = {
    conversationId: chat,
    clientId: freshId(),
    body: { kind: 'text' as const, text },
    seenSeq: 0,
  }
  must(await post(server.url, 'chat.sendMessage', input, friend.token))
}
const calls = (op: string) => proxy.calls.get(`/api/${op}`) ?? 0

describe('a device with a wrong clock', { timeout: 240_000 }, () => {
  it.each([hour, -hour, 30 * day, -30 * day, 7300 * day])(
    '[W25] [W24] by %i ms, without WebSockets: it connects, refreshes nothing, and shows the right day',
    async (aheadMs) => {
      proxy.sockets = 'refused'
      const page = await openWrong(aheadMs)
      const before = calls('accounts.refresh')
      await signInOn(page, proxy.url, 'clock-me')
      await tell(`wrong by ${aheadMs}`)
      const row = seen(page, 'chat-row').first()
      await eventually(async () => (await row.innerText()).includes(`wrong by ${aheadMs}`), true)
      expect(await row.innerText()).toMatch(/\b\d\d:\d\d\b/)
      await open(page, proxy.url, `/pages/room/index?id=${chat}`)
      await say(page, `mine of ${aheadMs}`)
      await eventually(async () => (await states(page)).at(-1), 'sent')
      await page.screenshot({ path: path.join(folder, `wrong-by-${aheadMs / hour}-h.png`) })
      expect(calls('accounts.refresh') - before).toBe(0)
    },
  )

  it('[O11] what was written 30 days in the past goes out when the clock is put right', async () => {
    proxy.sockets = 'fine'
    const page = await openWrong(-30 * day)
    await signInOn(page, proxy.url, 'clock-me')
    await open(page, proxy.url, `/pages/room/index?id=${chat}`)
    await eventually(async () => (await texts(page)).length > 0, true)
    await phone.context.setOffline(true)
    await say(page, 'from the past')
    await eventually(async () => (await states(page)).at(-1), 'waiting')
    await setClock(page, 0)
    await phone.context.setOffline(false)
    await eventually(async () => (await states(page)).at(-1), 'sent')
  })
})
