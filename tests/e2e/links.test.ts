/** Links that are opened while nobody is signed in: they are followed afterwards, as far as they lead to pages of ours. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { befriend, freshId, must, post, register } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from '../server/launch'
import { eventually, open, password, seen, tap, texts, type } from './acts'
import { openPhone, type Phone } from './browser'

let server: LaunchedServer
let phone: Phone
let room: string
let strangerId: number

beforeAll(async () => {
  server = await launchServer()
  const me = await register(server.url, 'linked', 'Eve')
  const friend = await register(server.url, 'friend-ada', 'Ada')
  const conversationId = await befriend(server.url, me, friend)
  const body = { kind: 'text' as const, text: 'I am Ada' }
  must(
    await post(
      server.url,
      'chat.sendMessage',
      { conversationId, clientId: freshId(), body, seenSeq: 0 },
      friend.token,
    ),
  )
  strangerId = (await register(server.url, 'stranger', 'Carl')).userId
  room = `/pages/room/index?id=${conversationId}`
  phone = await openPhone({ locale: 'en' })
}, 120_000)
afterAll(async () => {
  await phone.close()
  await server.stop()
})

async function signIn(): Promise<void> {
  await type(phone.page, 'signin-account', 'linked')
  await type(phone.page, 'signin-password', password)
  await tap(phone.page, 'signin-submit')
}
async function signOut(): Promise<void> {
  await open(phone.page, server.url, '/pages/me/index')
  await tap(phone.page, 'me-signout')
  await tap(phone.page, 'dialog-yes')
  await seen(phone.page, 'signin-submit').waitFor()
}

describe('a link that is opened while nobody is signed in', { timeout: 90_000 }, () => {
  it('to a room leads there after signing in, also when the page was loaded anew, and back leads to the chats', async () => {
    const { page } = phone
    await open(page, server.url, room)
    await seen(page, 'signin-submit').waitFor()
    await page.reload()
    await signIn()
    await eventually(() => texts(page), ['I am Ada'])
    expect(page.url()).toBe(`${server.url}/#${room}`)
    await page.getByText('New messages below').waitFor()
    await tap(page, 'nav-back')
    await seen(page, 'chats-title').waitFor()
  })

  it('is not where somebody was who signed out', async () => {
    await signOut()
    expect(phone.page.url()).toBe(`${server.url}/#/pages/sign-in/index`)
    await signIn()
    await seen(phone.page, 'chats-title').waitFor()
  })

  it('[A8] is not where somebody was whose session was ended elsewhere', async () => {
    const { page } = phone
    await signOut()
    const [answer] = await Promise.all([page.waitForResponse(/accounts\.signIn/), signIn()])
    const { refreshToken } = (await answer.json()) as { refreshToken: string }
    await seen(page, 'chat-row').waitFor()
    await open(page, server.url, room)
    await eventually(() => texts(page), ['I am Ada'])
    // A replaced token that comes again after its successor was used is a copy (A5).
    const refresh = (token: string) => post(server.url, 'accounts.refresh', { refreshToken: token })
    await refresh(must(await refresh(refreshToken)).refreshToken)
    expect((await refresh(refreshToken)).ok).toBe(false)
    await page.getByText('You were signed out elsewhere.').waitFor()
    expect(page.url()).toBe(`${server.url}/#/pages/sign-in/index`)
    await signIn()
    await seen(page, 'chats-title').waitFor()
    expect(page.url()).toBe(`${server.url}/#/`)
  })

  it.each(['https://evil.example/', '//evil.example/', 'javascript:alert(1)', 'pages/register/index'])(
    'to %s leads to the chats',
    async (to) => {
      const { page } = phone
      await signOut()
      await page.goto('about:blank')
      await open(page, server.url, `/pages/sign-in/index?to=${to}`)
      await signIn()
      await seen(page, 'chats-title').waitFor()
      expect(page.url()).toBe(`${server.url}/#/`)
    },
  )

  it('[A21] to somebody who is no friend says that there is nobody, until he was found by his account', async () => {
    const { page } = phone
    const profile = async (id: number | string) => {
      await page.goto('about:blank')
      await open(page, server.url, `/pkg-contacts/profile/index?id=${id}`)
    }
    for (const id of [strangerId, strangerId + 1, 'x']) {
      await profile(id)
      await eventually(() => seen(page, 'profile-problem').allInnerTexts(), ['No such user'])
    }
    await open(page, server.url, '/pkg-contacts/add-friend/index')
    await type(page, 'friend-search-input', 'stranger')
    await tap(page, 'friend-search-submit')
    await seen(page, 'friend-result').waitFor()
    await profile(strangerId)
    await eventually(() => seen(page, 'profile-name').allInnerTexts(), ['Carl'])
    await seen(page, 'profile-add').waitFor()
  })

  it('is followed by who registers', async () => {
    const { page } = phone
    await signOut()
    await open(page, server.url, '/pkg-contacts/add-friend/index')
    await tap(page, 'signin-to-register')
    await type(page, 'register-account', 'newcomer')
    await type(page, 'register-name', 'New')
    await type(page, 'register-password', password)
    await tap(page, 'register-submit')
    await seen(page, 'friend-search-input').waitFor()
    expect(phone.errors).toEqual([])
  })
})
