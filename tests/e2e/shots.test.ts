/**
 * Screenshots of every screen of screens.ts, light and dark, zh-CN and en, and in a wide window, into tests/e2e/shots (not
 * committed).
 */
import { existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchServer, type LaunchedServer } from '../server/launch'
import { open, signInOn } from './acts'
import { openDesktop, openPhone, type Phone } from './browser'
import { screens, type Screen } from './screens'
import { fillWorld, type World } from './world'

const folder = path.join(import.meta.dirname, 'shots')
const variants = (['zh-CN', 'en'] as const).flatMap((locale) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ locale, colorScheme, wide: false })),
)
const wide = [
  { locale: 'zh-CN', colorScheme: 'light', wide: true },
  { locale: 'en', colorScheme: 'dark', wide: true },
] as const
let server: LaunchedServer
let world: World

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  server = await launchServer()
  world = await fillWorld(server.url)
}, 180_000)
afterAll(() => server.stop())

async function shoot(phone: Phone, screen: Screen, variant: string): Promise<void> {
  const file = path.join(folder, `${screen.name}-${variant}.png`)
  const offline = (on: boolean) => phone.context.setOffline(on)
  let { page } = phone
  const look = (other: Page) => void (page = other)
  await screen.show({ ...world, page, url: server.url, offline, look })
  await page.waitForTimeout(400)
  await page.screenshot({ path: file })
  expect(existsSync(file) && statSync(file).size, `${screen.name} has a picture`).toBeGreaterThan(4_000)
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(overflow, `${screen.name} is not wider than the phone`).toBeLessThanOrEqual(0)
  await page.keyboard.press('Escape')
}

describe.each([...variants, ...wide])(
  'screens in $locale, $colorScheme, wide: $wide',
  { timeout: 240_000 },
  (options) => {
    const variant = `${options.colorScheme}-${options.locale}${options.wide ? '-wide' : ''}`
    it.each(['nobody', 'lonely', 'busy'] as const)('as %s', async (as) => {
      const phone = await (options.wide ? openDesktop : openPhone)(options)
      try {
        await open(phone.page, server.url, '/pages/sign-in/index')
        if (as !== 'nobody') await signInOn(phone.page, server.url, `shot-${as}`)
        for (const screen of screens.filter((s) => s.as === as)) await shoot(phone, screen, variant)
        expect(phone.errors).toEqual([])
      } finally {
        await phone.close()
      }
    })
  },
)
