/** Somebody guesses at a password; its owner signs in on new phones, with WebCrypto and without, and again on one of them. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { post, register } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from '../server/launch'
import { open, password, seen, signInOn, tap, type } from './acts'
import { openPhone, type Phone } from './browser'

const folder = path.join(import.meta.dirname, 'shots')
const account = 'guessed_2026'
let server: LaunchedServer
let phones: Phone[] = []

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  server = await launchServer()
  phones = [await openPhone({ locale: 'en' }), await openPhone({ colorScheme: 'dark' })]
  await register(server.url, account)
  const device = { name: 'x', platform: 'other' } as const
  for (let n = 0; n < 6; n++)
    await post(server.url, 'accounts.signIn', { account, password: 'a guess', device })
}, 120_000)
afterAll(async () => {
  for (const phone of phones) await phone.close()
  await server.stop()
})

/** Holds the challenge back until `release`. */
async function holdChallenge({ page }: Phone) {
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/api/accounts.getChallenge', async (route) => {
    await held
    await route.continue()
  })
  return () => release()
}

describe('an account that is guessed at', { timeout: 180_000 }, () => {
  it.each([
    ['with WebCrypto', 0, 'light-en'],
    ['without it, as on pages that are not served by https', 1, 'dark-zh-CN'],
  ])('[A17] is open to its owner on a new phone %s', async (how, which, name) => {
    const phone = phones[which]!
    const { page } = phone
    if (which === 1)
      await page.addInitScript(() => Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined }))
    const release = await holdChallenge(phone)
    await open(page, server.url, '/pages/sign-in/index')
    expect([how, await page.evaluate(() => typeof crypto.subtle)]).toEqual([
      how,
      which ? 'undefined' : 'object',
    ])
    await type(page, 'signin-account', account)
    await type(page, 'signin-password', password)
    await tap(page, 'signin-submit')
    await seen(page, 'signin-checking').waitFor()
    await page.screenshot({ path: path.join(folder, `sign-in-checking.${name}.png`) })
    release()
    await seen(page, 'chats-title').waitFor()
    expect(phone.errors).toEqual([])
  })

  it('[A17] lets him give up', async () => {
    const phone = await openPhone()
    phones.push(phone)
    const { page } = phone
    const release = await holdChallenge(phone)
    await open(page, server.url, '/pages/sign-in/index')
    await type(page, 'signin-account', account)
    await type(page, 'signin-password', password)
    await tap(page, 'signin-submit')
    await tap(page, 'signin-stop')
    await seen(page, 'signin-to-register').waitFor()
    expect(await seen(page, 'signin-error').count()).toBe(0)
    release()
    await tap(page, 'signin-submit')
    await seen(page, 'chats-title').waitFor()
    expect(phone.errors).toEqual([])
  })

  it('[A12] [A16] knows the phone that was signed in before', async () => {
    const { page, errors } = phones[0]!
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await open(page, server.url, '/pages/me/index')
    await tap(page, 'me-signout')
    await tap(page, 'dialog-yes')
    await seen(page, 'signin-submit').waitFor()
    await signInOn(page, server.url, account)
    expect(asked).toContain('/api/accounts.signIn')
    expect(asked).not.toContain('/api/accounts.getChallenge')
    expect(errors).toEqual([])
  })
})
