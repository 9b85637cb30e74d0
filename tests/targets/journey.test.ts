/** The main job of the product on the built mini-program and the built app, against the real server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchServer, type LaunchedServer } from '../server/launch'
import { startAppPhone } from './app-phone'
import { Friend } from './friend'
import { startMpPhone } from './mp-phone'
import { atPage, eventually, pause, shown, tap, texts, type, until, type TargetPhone } from './phone'

const targets = [
  ['mp-weixin', startMpPhone],
  ['app', startAppPhone],
] as const

describe.each(targets)('the output for %s', (target, start) => {
  const account = `Phone_${target.slice(0, 2)}`
  let server: LaunchedServer
  let phone: TargetPhone
  let friend: Friend
  let conversationId: number

  beforeAll(async () => {
    server = await launchServer()
    phone = start(server.url)
    friend = await Friend.join(server.url, 'the_friend', '王波')
  })
  afterAll(async () => {
    phone.stop()
    friend.leave()
    await server.stop()
  })

  const inRoom = (): string[] => texts(phone, 'message-text')
  const states = (): string[] => phone.seen('message').map(({ data }) => data['state'] ?? '')

  it('[A6] starts signed out, at the sign-in page', async () => {
    await atPage(phone, 'pages/sign-in/index')
    await shown(phone, 'signin-account')
  })

  it('[A1] registers an account and shows the list of chats', async () => {
    await tap(phone, 'signin-to-register')
    await atPage(phone, 'pages/register/index')
    await type(phone, 'register-account', account)
    await type(phone, 'register-name', '手机')
    await type(phone, 'register-password', 'correct horse 1')
    await tap(phone, 'register-submit')
    await atPage(phone, 'pages/chats/index')
    await shown(phone, 'chats-empty')
  })

  it('[C1] [C2] [C3] finds somebody, asks, and has the chat in the list when the other accepts', async () => {
    phone.go('/pkg-contacts/add-friend/index')
    await type(phone, 'friend-search-input', 'THE_FRIEND')
    await tap(phone, 'friend-search-submit')
    expect((await shown(phone, 'friend-result-name')).text.trim()).toBe('王波')
    await type(phone, 'friend-message', '你好')
    await tap(phone, 'friend-request-send')
    conversationId = await until(
      () => 'the request at the friend',
      () => friend.accept().catch(() => undefined),
    )
    phone.go('/pages/chats/index')
    const row = await shown(phone, 'chat-row')
    expect(row.data['id']).toBe(String(conversationId))
    expect(texts(phone, 'chat-row-name')).toEqual(['王波'])
  })

  it('[S3] opens the room and sends; it is acked, and the other has it', async () => {
    await tap(phone, 'chat-row')
    await atPage(phone, 'pages/room/index')
    expect((await shown(phone, 'room-title')).text).toContain('王波')
    await type(phone, 'composer-input', '第一条 😀')
    await tap(phone, 'composer-send')
    await eventually(states, ['sent'])
    expect(inRoom()).toEqual(['第一条 😀'])
    expect(await friend.sees(conversationId)).toEqual(['第一条 😀'])
  })

  it('[S2] shows what the other writes, live, in the one order', async () => {
    await friend.say(conversationId, '收到')
    await friend.say(conversationId, '再来一条')
    await eventually(inRoom, ['第一条 😀', '收到', '再来一条'])
  })

  it('[U1] opens the menu of a message that is held, and keeps it until the next touch', async () => {
    const menus = (): number => phone.seen('menu-copy').length
    const finger = async (testid: string, ...events: string[]): Promise<void> => {
      const target = await shown(phone, testid)
      for (const event of events) target.fire(event)
    }
    await finger('message-text', 'touchstart', 'touchend')
    await pause(600)
    expect(menus()).toBe(0)
    await finger('message-text', 'touchstart')
    await eventually(menus, 1)
    await finger('message-text', 'touchend')
    await finger('menu-mask', 'tap')
    await pause(50)
    expect(menus()).toBe(1)
    await finger('menu-mask', 'touchstart', 'touchend', 'tap')
    await eventually(menus, 0)
  })

  it('[O1] [O3] [F6] sends after a killed app what was typed offline, once, in order', async () => {
    phone.setOnline(false)
    for (const text of ['离线一', '离线二']) {
      await type(phone, 'composer-input', text)
      await tap(phone, 'composer-send')
    }
    await eventually(() => states().slice(-2), ['waiting', 'waiting'])
    // A bubble is drawn at once, and stored some milliseconds later.
    await pause(300)
    phone.restart()
    await atPage(phone, 'pages/chats/index')
    const all = ['第一条 😀', '收到', '再来一条', '离线一', '离线二']
    await eventually(() => friend.sees(conversationId), all)
    await tap(phone, 'chat-row')
    await eventually(inRoom, all)
    await eventually(() => states().slice(-2), ['sent', 'sent'])
  })

  it('[R2] counts what came while another page was open, and clears it in the room', async () => {
    phone.back()
    await atPage(phone, 'pages/chats/index')
    await friend.say(conversationId, '在吗')
    await eventually(() => texts(phone, 'chat-row-badge'), ['1'])
    await tap(phone, 'chat-row')
    await eventually(() => inRoom().slice(-1), ['在吗'])
    phone.back()
    await eventually(() => texts(phone, 'chat-row-badge'), [])
  })

  it('[C4] accepts a request by a tap', async () => {
    const another = await Friend.join(server.url, 'another_one', '李雷')
    await another.ask(await another.find(account), '我是李雷')
    phone.go('/pkg-contacts/new-friends/index')
    await tap(phone, 'request-accept')
    phone.go('/pages/contacts/index')
    await eventually(() => texts(phone, 'contact-row-name'), ['李雷', '王波'])
    another.leave()
  })

  it('[A6] signs out and forgets the chats', async () => {
    phone.go('/pages/me/index')
    await tap(phone, 'me-signout')
    await tap(phone, 'dialog-yes')
    await atPage(phone, 'pages/sign-in/index')
    phone.restart()
    await atPage(phone, 'pages/sign-in/index')
  })

  it('leads after signing in to where a link pointed that was opened before', async () => {
    phone.go(`/pages/room/index?id=${conversationId}`)
    await atPage(phone, 'pages/sign-in/index')
    await type(phone, 'signin-account', account)
    await type(phone, 'signin-password', 'correct horse 1')
    await tap(phone, 'signin-submit')
    await atPage(phone, 'pages/room/index')
    await eventually(() => inRoom().slice(-1), ['在吗'])
  })

  it('printed no error and no warning on the way', () => {
    expect(phone.errors).toEqual([])
  })
})
