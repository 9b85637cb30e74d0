/** The main job of the product, in two real browsers against the real server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchServer, type LaunchedServer } from '../server/launch'
import { eventually, open, registerOn, say, seen, states, tap, texts, type } from './acts'
import { openPhone, type Phone } from './browser'

let server: LaunchedServer
let anna: Phone
let bo: Phone

beforeAll(async () => {
  server = await launchServer()
  anna = await openPhone({ locale: 'en' })
  bo = await openPhone({ locale: 'zh-CN' })
}, 120_000)
afterAll(async () => {
  await anna.close()
  await bo.close()
  await server.stop()
})

describe('two phones chat', { timeout: 120_000 }, () => {
  it('[A7] [C1] two people register, one finds and asks the other', async () => {
    await registerOn(anna.page, server.url, 'anna_2026', 'Anna')
    await registerOn(bo.page, server.url, 'bo_2026', '王波')
    await open(anna.page, server.url, '/pkg-contacts/add-friend/index')
    await type(anna.page, 'friend-search-input', 'BO_2026')
    await tap(anna.page, 'friend-search-submit')
    await seen(anna.page, 'friend-result-name').waitFor()
    expect(await seen(anna.page, 'friend-result-name').innerText()).toBe('王波')
    await type(anna.page, 'friend-message', '我是 Anna 👋')
    await tap(anna.page, 'friend-request-send')
  })

  it('[C3] the other accepts, and both have the conversation', async () => {
    await open(bo.page, server.url, '/pkg-contacts/new-friends/index')
    await tap(bo.page, 'request-accept')
    for (const { page } of [anna, bo]) {
      await open(page, server.url, '/pages/chats/index')
      await seen(page, 'chat-row').first().waitFor()
      await tap(page, 'chat-row')
      await seen(page, 'composer-input').waitFor()
    }
  })

  it('[S3] [R2] they chat both ways, and the acks and marks come', async () => {
    await say(anna.page, 'Hello 王波 😀')
    await eventually(() => texts(bo.page), ['Hello 王波 😀'])
    await say(bo.page, '你好，Anna！')
    for (const { page } of [anna, bo]) await eventually(() => texts(page), ['Hello 王波 😀', '你好，Anna！'])
    await eventually(() => states(anna.page), ['sent', 'sent'])
  })

  it('[O1] [O2] [O3] [S2] what is typed offline survives a killed server and arrives once, in order', async () => {
    await bo.context.setOffline(true)
    const typed = ['离线一', '离线二', '离线三']
    for (const text of typed) await say(bo.page, text)
    await eventually(async () => (await states(bo.page)).slice(-3), ['waiting', 'waiting', 'waiting'])
    await server.kill9()
    await server.restart()
    await say(anna.page, 'Are you there?')
    await eventually(async () => (await states(anna.page)).at(-1), 'sent')
    await bo.context.setOffline(false)
    const all = ['Hello 王波 😀', '你好，Anna！', 'Are you there?', ...typed]
    for (const { page } of [anna, bo]) await eventually(() => texts(page), all)
    await eventually(async () => new Set(await states(bo.page)).size, 1)
    expect((await states(bo.page))[0]).toBe('sent')
  })

  it('[O3] an app that is killed with unsent messages sends them when it comes back', async () => {
    await bo.context.setOffline(true)
    await say(bo.page, '关掉之前')
    await eventually(async () => (await states(bo.page)).at(-1), 'waiting')
    await bo.page.close()
    await bo.context.setOffline(false)
    bo.page = await bo.context.newPage()
    await open(bo.page, server.url, '/pages/chats/index')
    await eventually(async () => (await texts(anna.page)).at(-1), '关掉之前')
    expect((await texts(anna.page)).filter((text) => text === '关掉之前')).toHaveLength(1)
  })

  it('no page reported an error', () => {
    expect(anna.errors).toEqual([])
    expect(bo.errors).toEqual([])
  })
})
