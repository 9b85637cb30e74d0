/** What a person sees and can do while nobody answers: where to look, and what waits, can be taken back and goes out later. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { startUpgradeProxy, type UpgradeProxy } from '../helpers/upgrade-proxy'
import { befriend, freshId, must, post, register, type Registered } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from '../server/launch'
import { eventually, open, seen, signInOn, tap, type } from './acts'
import { openPhone, type Phone } from './browser'

let server: LaunchedServer
let proxy: UpgradeProxy
let phone: Phone
let stranger: Registered

const ask = async (me: Registered, who: Registered) => {
  const input = { clientId: freshId(), userId: me.userId, message: 'It is me' }
  must(await post(server.url, 'contacts.requestFriend', input, who.token))
}
const askedBy = async (who: Registered): Promise<number> => {
  const input = { stream: who.userId, since: 0 }
  const { rows } = must(await post(server.url, 'sync.pull', input, who.token))
  return rows.filter((row) => row.k === 'request').length
}

beforeAll(async () => {
  server = await launchServer()
  proxy = await startUpgradeProxy(server.url)
  const me = await register(server.url, 'cut-off', 'Eve')
  await befriend(server.url, me, await register(server.url, 'friend-ada', 'Ada'))
  await ask(me, await register(server.url, 'asker-bob', 'Bob'))
  stranger = await register(server.url, 'stranger', 'Carl')
  phone = await openPhone({ locale: 'en' })
  await signInOn(phone.page, proxy.url, 'cut-off')
}, 120_000)
afterAll(async () => {
  await phone.close()
  await proxy.close()
  await server.stop()
})

describe('without a network', { timeout: 120_000 }, () => {
  it('[O6] a friend request waits where it was made and in the list, and can be taken back', async () => {
    const { page, context } = phone
    await open(page, proxy.url, '/pkg-contacts/add-friend/index')
    await type(page, 'friend-search-input', 'stranger')
    await tap(page, 'friend-search-submit')
    await seen(page, 'friend-result-name').waitFor()
    await context.setOffline(true)
    await tap(page, 'friend-request-send')
    await seen(page, 'friend-request-waiting').waitFor()
    await tap(page, 'friend-request-cancel')
    await tap(page, 'friend-result')
    await tap(page, 'profile-add')
    await seen(page, 'profile-waiting').waitFor()
    await open(page, proxy.url, '/pkg-contacts/new-friends/index')
    await eventually(() => seen(page, 'request-name').allInnerTexts(), ['Carl', 'Bob', 'Ada'])
    await tap(page, 'request-take-back')
    await eventually(() => seen(page, 'request-name').allInnerTexts(), ['Bob', 'Ada'])
  })

  it('[O6] so does an answer to one, and goes out with the network', async () => {
    const { page, context } = phone
    await tap(page, 'request-accept')
    await seen(page, 'request-waiting').waitFor()
    await tap(page, 'request-take-back')
    await tap(page, 'request-accept')
    await seen(page, 'request-waiting').waitFor()
    await context.setOffline(false)
    await eventually(() => seen(page, 'request-state').allInnerTexts(), ['Added', 'Added'])
    expect(await askedBy(stranger)).toBe(0)
  })

  it('[W13] the bar leads to what is wrong and what to do, which follows the network', async () => {
    const { page, context } = phone
    const says = (title: string) =>
      eventually(async () => (await seen(page, 'network-state').innerText()).split('\n')[0], title)
    await open(page, proxy.url, '/pages/chats/index')
    await seen(page, 'chat-row').first().waitFor()
    await context.setOffline(true)
    await tap(page, 'chats-offline')
    await says('No network')
    await page.getByText('Turn off flight mode').waitFor()
    await context.setOffline(false)
    await says('Connected')
    await proxy.close()
    await says('The server does not answer')
    await page.getByText('Turn off a VPN').waitFor()
    await tap(page, 'nav-back')
    await open(page, proxy.url, '/pkg-contacts/add-friend/index')
    await type(page, 'friend-search-input', 'friend-ada')
    await tap(page, 'friend-search-submit')
    await page
      .getByText('The server did not answer. Try again.')
      .waitFor({ timeout: limits.requestTimeoutMs })
  })

  it('reported no error', () => expect(phone.errors).toEqual([]))
})
