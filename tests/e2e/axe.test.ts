/** What a machine can tell of accessibility, on every screen of screens.ts: light and dark, zh-CN and en. */
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchServer, type LaunchedServer } from '../server/launch'
import { open, signInOn } from './acts'
import { openPhone } from './browser'
import { screens } from './screens'
import { fillWorld, type World } from './world'

const variants = (['zh-CN', 'en'] as const).flatMap((locale) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ locale, colorScheme })),
)
let server: LaunchedServer
let world: World
beforeAll(async () => {
  server = await launchServer()
  world = await fillWorld(server.url)
}, 180_000)
afterAll(() => server.stop())

/** Every rule, also those that are still on trial; each node that breaks one as `rule: element, why`. */
async function breaches(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { axe: run } = window as unknown as { axe: typeof import('axe-core') }
    const { violations } = await run.run(document, {
      rules: { 'label-content-name-mismatch': { enabled: true }, 'target-size': { enabled: true } },
    })
    return violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id} (${impact}): ${html.slice(0, 200)}; ${failureSummary}`),
    )
  })
}

/** What is pressed and offers a finger less than 44 px in either direction; a hot area around it counts. */
const tooSmall = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const least = 44
    const sizeOf = (element: Element): { width: number; height: number } => {
      const { width, height } = element.getBoundingClientRect()
      const around = getComputedStyle(element, '::after')
      if (around.position !== 'absolute') return { width, height }
      const [hotWidth, hotHeight] = [parseFloat(around.width) || 0, parseFloat(around.height) || 0]
      return { width: Math.max(width, hotWidth), height: Math.max(height, hotHeight) }
    }
    return [
      ...document.querySelectorAll('[role=button], [role=radio], [role=menuitem], [role=tab], uni-input'),
    ]
      .map((element) => ({ element, ...sizeOf(element) }))
      .filter(({ width, height }) => width > 0 && height > 0 && (width < least || height < least))
      .map(({ element, width, height }) => `${width}×${height}: ${element.outerHTML.slice(0, 160)}`)
  })

describe.each(variants)('axe in $locale, $colorScheme', { timeout: 240_000 }, (options) => {
  it.each(['nobody', 'lonely', 'busy'] as const)('[U15] no screen of %s breaks a rule', async (as) => {
    const phone = await openPhone(options)
    try {
      await open(phone.page, server.url, '/pages/sign-in/index')
      if (as !== 'nobody') await signInOn(phone.page, server.url, `shot-${as}`)
      const found: Record<string, string[]> = {}
      for (const screen of screens.filter((s) => s.as === as)) {
        let { page } = phone
        const offline = (on: boolean) => phone.context.setOffline(on)
        const look = (other: Page) => void (page = other)
        await screen.show({ ...world, page, url: server.url, offline, look })
        await page.waitForTimeout(300)
        const list = [...(await breaches(page)), ...(await tooSmall(page))]
        if (list.length > 0) found[screen.name] = list
        await page.keyboard.press('Escape')
      }
      expect(found).toEqual({})
    } finally {
      await phone.close()
    }
  })
})
