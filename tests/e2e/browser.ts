/** Real Chromium at phone size, one profile per phone. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'

export interface PhoneOptions {
  locale?: 'zh-CN' | 'en'
  colorScheme?: 'light' | 'dark'
}
export interface Phone {
  context: BrowserContext
  page: Page
  /** Errors of the page and of its console; a test looks that there are none. */
  errors: string[]
  close(): Promise<void>
}

const places = [
  process.env.CHROMIUM,
  '/usr/lib/chromium/chromium',
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
]
export const browserArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * What a browser says by itself: every failed request of an offline phone, which is part of a test, and that uni-app, whose
 * pages do not scroll, tried to stop a finger at the end of a list that still moved.
 */
const remarks = /net::|Failed to load resource|WebSocket connection|Ignored attempt to cancel a touchmove/

const phoneShape = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
}
const desktopShape = { viewport: { width: 1280, height: 800 } }

/** Opens a phone: 390×844 at 2×, touch, in the given language and colours. */
export const openPhone = (options?: PhoneOptions): Promise<Phone> => openBrowser(phoneShape, options)
/** Opens a browser with a mouse and a keyboard with keys. */
export const openDesktop = (options?: PhoneOptions): Promise<Phone> => openBrowser(desktopShape, options)

/** Throws Error when there is no Chromium on this machine. */
export function browserPath(): string {
  const found = places.find((file) => file && existsSync(file))
  if (found) return found
  throw new Error('No Chromium: install it (apt-get install chromium) or set CHROMIUM to its path.')
}

async function openBrowser(
  shape: typeof phoneShape | typeof desktopShape,
  { locale = 'zh-CN', colorScheme = 'light' }: PhoneOptions = {},
): Promise<Phone> {
  const executablePath = browserPath()
  const profile = mkdtempSync(path.join(tmpdir(), 'tokenim-phone-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: browserArgs,
    headless: true,
    locale,
    colorScheme,
    timezoneId: 'Asia/Shanghai',
    ...shape,
    reducedMotion: 'reduce',
  })
  const page = context.pages()[0] ?? (await context.newPage())
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !remarks.test(message.text())) errors.push(message.text())
  })
  const close = async () => {
    await context.close()
    rmSync(profile, { recursive: true, force: true })
  }
  return { context, page, errors, close }
}
