/** Two deployments under paths of one origin, in one browser: each works, and neither sees the other's. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPathProxy, type PathProxy } from '../helpers/path-proxy'
import { befriend, must, post, register } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from '../server/launch'
import { eventually, open, password, registerOn, say, seen, states, tap, texts, type } from './acts'
import { openPhone, type Phone } from './browser'

/** As `npm start` runs it: the proxy of /a takes the path away, that of /b/chat keeps it. */
let stripped: LaunchedServer
let kept: LaunchedServer
let proxy: PathProxy
let phone: Phone
let a: string
let b: string
const problems: string[] = []

beforeAll(async () => {
  stripped = await launchServer()
  kept = await launchServer(undefined, { env: { BASE_PATH: '/b/chat' } })
  proxy = await startPathProxy({
    '/a': { target: stripped.url, manner: 'strips' },
    '/b/chat': { target: kept.url, manner: 'keeps' },
    '/sloppy': { target: stripped.url, manner: 'doubles' },
  })
  a = `${proxy.url}/a`
  b = `${proxy.url}/b/chat`
  phone = await openPhone({ locale: 'en' })
  phone.page.on('response', (answer) => {
    if (answer.status() >= 400) problems.push(`${answer.status()} ${answer.url()}`)
  })
}, 240_000)
afterAll(async () => {
  await phone.close()
  await proxy.close()
  await stripped.stop()
  await kept.stop()
})

describe('under a path', { timeout: 180_000 }, () => {
  it.each(['a', 'b'] as const)('[W29] people talk over a socket: /%s', async (where) => {
    const { page } = phone
    const url = where === 'a' ? a : b
    const sockets: string[] = []
    page.on('websocket', (socket) => sockets.push(socket.url()))
    await registerOn(page, url, `anna_${where}`, `Anna ${where}`)
    const anna = must(
      await post(url, 'accounts.signIn', {
        ...{ account: `anna_${where}`, password },
        device: { name: 'test', platform: 'other' },
      }),
    )
    const bo = await register(url, `bo_${where}`, 'Bo')
    const room = await befriend(url, { ...anna, token: anna.accessToken, account: '' }, bo)
    await open(page, url, `/pages/room/index?id=${room}`)
    await say(page, `hello from ${where}`)
    await eventually(() => states(page), ['sent'])
    expect(await texts(page)).toEqual([`hello from ${where}`])
    expect(new Set(sockets)).toEqual(new Set([`${url.replace('http', 'ws')}/ws`]))
    expect(page.url()).toBe(`${url}/#/pages/room/index?id=${room}`)
  })

  it('[W29] each keeps its own account, lock and choices', async () => {
    const { page, context } = phone
    const second = await context.newPage()
    await open(page, a, '/pages/me/index')
    await open(second, b, '/pages/me/index')
    await eventually(() => seen(page, 'me-name').allInnerTexts(), ['Anna a'])
    await eventually(() => seen(second, 'me-name').allInnerTexts(), ['Anna b'])
    expect(await seen(second, 'takeover').count()).toBe(0)
    const databases = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
    expect(databases.sort()).toEqual(['tokenim:/a/', 'tokenim:/b/chat/'])
    const locks = await page.evaluate(async () =>
      (await navigator.locks.query()).held?.map(({ name }) => name),
    )
    expect(locks?.sort()).toEqual(['tokenim-owner:/a/', 'tokenim-owner:/b/chat/'])
    const keys = await page.evaluate(() => Object.keys(localStorage))
    expect(keys.filter((key) => /^tokenim/.test(key) && !key.includes('/'))).toEqual([])
    await second.close()
  })

  it('[W29] the tab bar has its pictures, and nothing is looked for beside the path', async () => {
    const { page } = phone
    await open(page, b, '/pages/chats/index')
    const widths = () =>
      page
        .locator('.uni-tabbar__icon img')
        .evaluateAll((list) => list.map((picture) => (picture as HTMLImageElement).naturalWidth > 0))
    await eventually(widths, [true, true, true])
    const icons = await page
      .locator('link[rel~="icon"], link[rel="apple-touch-icon"]')
      .evaluateAll((list) => list.map((link) => (link as HTMLLinkElement).href))
    expect(new Set(icons)).toEqual(new Set([`${b}/static/favicon.png`]))
    expect(problems).toEqual([])
    expect(proxy.strays).toEqual([])
  })

  it.each([
    ['/b/chat', '/b/chat/', 'a redirect of the server'],
    ['/a', '/a/', 'the page itself'],
    ['/a?x=1', '/a/?x=1', 'the page itself'],
    ['/sloppy', '/sloppy/', 'the page itself'],
  ])('[W29] %s leads to %s by %s', async (asked, shown) => {
    const { page } = phone
    await page.goto('about:blank')
    await page.goto(`${proxy.url}${asked}#/pages/sign-in/index`)
    await page.waitForURL((url) => `${url.pathname}${url.search}` === shown)
    await page
      .locator('[data-testid="signin-submit"]:visible, [data-testid="chats-title"]:visible')
      .first()
      .waitFor()
  })

  it('[W29] a deep link is followed after signing in', async () => {
    const { page } = phone
    await page.goto('about:blank')
    await open(page, `${proxy.url}/sloppy`, '/pages/me/index')
    await seen(page, 'signin-submit').waitFor()
    await type(page, 'signin-account', 'bo_a')
    await type(page, 'signin-password', password)
    await tap(page, 'signin-submit')
    await eventually(() => seen(page, 'me-name').allInnerTexts(), ['Bo'])
  })

  it('reported no error', () => expect(phone.errors).toEqual([]))
})
