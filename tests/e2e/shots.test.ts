/** Screenshots of every screen of screens.ts, light and dark, zh-CN and en, into tests/e2e/shots (not committed). */
import { existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { befriend, freshId, must, post, register, type Registered } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from '../server/launch'
import { open, signInOn } from './acts'
import { openPhone, type Phone } from './browser'
import { screens, type Screen, type Stage } from './screens'

const folder = path.join(import.meta.dirname, 'shots')
const variants = (['zh-CN', 'en'] as const).flatMap((locale) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ locale, colorScheme })),
)
const names = [
  '陈晓明',
  '李娜',
  'Alice Chen',
  '欧阳修',
  'Zoë',
  '😀Smile',
  '曾国藩',
  'bob',
  '刘备',
  '诸葛亮',
  'Ωmega',
]

let server: LaunchedServer
let stage: Omit<Stage, 'page' | 'url' | 'offline' | 'look'>

const say = async (who: Registered, conversationId: number, text: string, seenSeq = 0) => {
  const input = { conversationId, clientId: freshId(), body: { kind: 'text' as const, text }, seenSeq }
  return must(await post(server.url, 'chat.sendMessage', input, who.token))
}

async function fillWorld(): Promise<typeof stage> {
  const me = await register(server.url, 'shot-busy', '张伟')
  await register(server.url, 'shot-lonely', 'Robin')
  await register(server.url, 'shot-stranger', '陌生人 Stranger')
  const friends: { who: Registered; conversationId: number }[] = []
  for (const [n, name] of names.entries()) {
    const who = await register(server.url, `shot-friend-${n}`, name)
    friends.push({ who, conversationId: await befriend(server.url, me, who) })
  }
  for (const n of [1, 2]) {
    const asker = await register(server.url, `shot-asker-${n}`, n === 1 ? '王小波' : 'Grace Hopper')
    const input = {
      clientId: freshId(),
      userId: me.userId,
      message: n === 1 ? '我是小波，上次开会见过' : 'Hi, from the conference',
    }
    must(await post(server.url, 'contacts.requestFriend', input, asker.token))
  }
  const [lively, fresh, third, fourth] = friends
  if (!lively || !fresh || !third || !fourth) throw new Error('too few friends')
  for (let n = 0; n < 30; n++)
    await say(n % 3 ? lively.who : me, lively.conversationId, talk[n % talk.length] ?? '', n + 1)
  for (let n = 0; n < 3; n++)
    await say(third.who, third.conversationId, `Are we still on for tomorrow? (${n + 1})`)
  for (let n = 0; n < 120; n++) await say(fourth.who, fourth.conversationId, `消息 ${n + 1}`)
  return { livelyId: lively.conversationId, freshId: fresh.conversationId, friendId: lively.who.userId }
}
const talk = [
  '早上好！今天几点到公司？',
  '九点半左右，路上有点堵 🚗',
  'OK',
  '会议改到下午三点了，在二楼的大会议室。请带上上周的报告，还有客户发来的那份修改意见，我们需要逐条过一遍。',
  'https://example.com/a/very/long/link/that/has/no/spaces/and/has/to/wrap/inside/of/the/bubble?query=1',
  '😀👍🎉',
]

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  server = await launchServer()
  stage = await fillWorld()
}, 180_000)
afterAll(() => server.stop())

async function shoot(phone: Phone, screen: Screen, variant: string): Promise<void> {
  const file = path.join(folder, `${screen.name}-${variant}.png`)
  const offline = (on: boolean) => phone.context.setOffline(on)
  let { page } = phone
  const look = (other: Page) => void (page = other)
  await screen.show({ ...stage, page, url: server.url, offline, look })
  await page.waitForTimeout(400)
  await page.screenshot({ path: file })
  expect(existsSync(file) && statSync(file).size, `${screen.name} has a picture`).toBeGreaterThan(4_000)
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(overflow, `${screen.name} is not wider than the phone`).toBeLessThanOrEqual(0)
}

describe.each(variants)('screens in $locale, $colorScheme', { timeout: 240_000 }, (options) => {
  const variant = `${options.colorScheme}-${options.locale}`
  it.each(['nobody', 'lonely', 'busy'] as const)('as %s', async (as) => {
    const phone = await openPhone(options)
    try {
      await open(phone.page, server.url, '/pages/sign-in/index')
      if (as !== 'nobody') await signInOn(phone.page, server.url, `shot-${as}`)
      for (const screen of screens.filter((s) => s.as === as)) await shoot(phone, screen, variant)
      expect(phone.errors).toEqual([])
    } finally {
      await phone.close()
    }
  })
})
