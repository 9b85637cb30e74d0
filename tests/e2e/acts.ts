/** What a person does on a phone, by the data-testid of what is touched. */
import type { Locator, Page } from 'playwright-core'

export const password = 'correct horse 1'

/** An element that is on screen: uni-app keeps hidden pages of the stack in the document. */
export const seen = (page: Page, id: string): Locator => page.locator(`[data-testid="${id}"]:visible`)

export async function type(page: Page, id: string, text: string): Promise<void> {
  const field = seen(page, id).first()
  await field.waitFor()
  await field.locator('input, textarea').first().fill(text)
}

export const tap = (page: Page, id: string): Promise<void> => seen(page, id).first().click()

export const open = (page: Page, url: string, route: string): Promise<unknown> =>
  page.goto(`${url}/#${route}`)

export async function registerOn(page: Page, url: string, account: string, name: string): Promise<void> {
  await open(page, url, '/pages/register/index')
  await type(page, 'register-account', account)
  await type(page, 'register-name', name)
  await type(page, 'register-password', password)
  await tap(page, 'register-submit')
  await seen(page, 'chats-title').waitFor()
}

export async function signInOn(page: Page, url: string, account: string): Promise<void> {
  await open(page, url, '/pages/sign-in/index')
  await type(page, 'signin-account', account)
  await type(page, 'signin-password', password)
  await tap(page, 'signin-submit')
  await seen(page, 'chats-title').waitFor()
}

export async function say(page: Page, text: string): Promise<void> {
  await type(page, 'composer-input', text)
  await tap(page, 'composer-send')
}

/** Texts of the open room, top to bottom. */
export const texts = (page: Page): Promise<string[]> => seen(page, 'message-text').allInnerTexts()

export const states = (page: Page): Promise<(string | null)[]> =>
  seen(page, 'message').evaluateAll((list) => list.map((element) => element.getAttribute('data-state')))

/** Longer than any of it takes on a slow machine: only for what hangs. */
const withinMs = 60_000
/** Waits until `probe` gives what is expected, or fails with what it last gave. */
export async function eventually<T>(probe: () => Promise<T>, expected: T): Promise<void> {
  const until = Date.now() + withinMs
  let last: T
  do {
    last = await probe()
    if (JSON.stringify(last) === JSON.stringify(expected)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  } while (Date.now() < until)
  throw new Error(`expected ${JSON.stringify(expected)}, last saw ${JSON.stringify(last)}`)
}
