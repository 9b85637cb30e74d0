/** What a visitor's phone loads before the sign-in page stands: counted, not timed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { launchServer, type LaunchedServer } from '../server/launch'
import { eventually, registerOn, seen, type } from './acts'
import { openPhone, type Phone, type PhoneOptions } from './browser'

let server: LaunchedServer
const phones: Phone[] = []
beforeAll(async () => (server = await launchServer()), 120_000)
afterAll(async () => {
  for (const phone of phones) await phone.close()
  await server.stop()
})

interface Load {
  page: Page
  /** Bytes on the line, heads and all, by path. */
  bytes: Map<string, number>
  shift: () => Promise<number>
}
/** A file of 406,579 bytes went out before. */
const entryBytesMax = 130_000
const allBytesMax = 190_000
const requestsMax = 30

declare global {
  interface Window {
    shifted: number
  }
}

async function newPhone(options: PhoneOptions = {}): Promise<Phone> {
  const phone = await openPhone(options)
  phones.push(phone)
  await phone.context.addInitScript(() => {
    window.shifted = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.shifted += (entry as unknown as { value: number }).value
    }).observe({ type: 'layout-shift', buffered: true })
  })
  return phone
}

/** Opens the address in a phone's page and waits until nothing is loaded any more. */
async function load({ page, context }: Phone, path: string): Promise<Load> {
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  const paths = new Map<string, string>()
  const bytes = new Map<string, number>()
  session.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (request.url.startsWith('http')) paths.set(requestId, new URL(request.url).pathname)
  })
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const asked = paths.get(requestId)
    if (asked !== undefined) bytes.set(asked, (bytes.get(asked) ?? 0) + encodedDataLength)
  })
  await page.goto(server.url + path)
  await page.waitForLoadState('networkidle')
  await seen(page, 'signin-submit').or(seen(page, 'chats-title')).first().waitFor()
  await page.waitForLoadState('networkidle')
  return { page, bytes, shift: () => page.evaluate(() => window.shifted) }
}
const sum = (bytes: Iterable<number>): number => [...bytes].reduce((total, n) => total + n, 0)
const isEntry = (path: string): boolean => /\/assets\/index-[^/]*\.js$/.test(path)

describe.each(['/', '/#/pages/sign-in/index'])('a first visit at %s', { timeout: 90_000 }, (path) => {
  it('[U17] loads little, compressed, each file once', async () => {
    const { bytes } = await load(await newPhone(), path)
    const entry = [...bytes].filter(([name]) => isEntry(name))
    expect(entry).toHaveLength(1)
    expect(entry[0]?.[1]).toBeLessThan(entryBytesMax)
    expect(sum(bytes.values())).toBeLessThan(allBytesMax)
    expect(bytes.size, [...bytes.keys()].join('\n')).toBeLessThanOrEqual(requestsMax)
  })

  it.each(['zh-CN', 'en'] as const)('[U18] nothing moves, in %s', async (locale) => {
    const { page, shift } = await load(await newPhone({ locale }), path)
    await type(page, 'signin-account', 'somebody')
    expect(await shift()).toBeLessThanOrEqual(0.01)
  })
})

describe('a later visit', { timeout: 90_000 }, () => {
  it('[W28] [U18] loads nothing anew that has not changed, and nothing moves', async () => {
    const phone = await newPhone({ locale: 'zh-CN' })
    await registerOn(phone.page, server.url, 'visitor', 'Visitor')
    await phone.page.waitForLoadState('networkidle')
    await phone.page.goto('about:blank')
    const { page, bytes, shift } = await load(phone, '/')
    await seen(page, 'chats-title').waitFor()
    const again = [...bytes].filter(([name, count]) => name.startsWith('/assets/') && count > 0)
    expect(again).toEqual([])
    await eventually(async () => (await shift()) <= 0.01, true)
    expect(phone.errors).toEqual([])
  })
})
