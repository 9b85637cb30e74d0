/** What fingers do in a room: they drag, flick, hold, tremble and tap. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { befriend, freshId, must, post, register } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from '../server/launch'
import { eventually, open, seen, signInOn } from './acts'
import { openPhone, type Phone } from './browser'
import { down, drag, flick, glide, hold, middleOf, move, pause, tapAt, up, type Place } from './finger'

let server: LaunchedServer
let phone: Phone
let room: string
const link = 'https://a.example/wiki/Foo_(bar)'

beforeAll(async () => {
  server = await launchServer()
  const me = await register(server.url, 'toucher', 'Eve')
  const friend = await register(server.url, 'friend-ada', 'Ada')
  const conversationId = await befriend(server.url, me, friend)
  for (let n = 0; n < 60; n++) {
    const body = { kind: 'text' as const, text: n === 59 ? link : `Message ${n} of many, to be dragged` }
    const input = { conversationId, clientId: freshId(), body, seenSeq: 0 }
    must(await post(server.url, 'chat.sendMessage', input, friend.token))
  }
  room = `/pages/room/index?id=${conversationId}`
  phone = await openPhone({ locale: 'en' })
  await phone.context.route('https://a.example/**', (route) => route.fulfill({ body: 'elsewhere' }))
  await signInOn(phone.page, server.url, 'toucher')
  await open(phone.page, server.url, room)
  await seen(phone.page, 'message').first().waitFor()
}, 120_000)
afterAll(async () => {
  await phone.close()
  await server.stop()
})

const menus = () => seen(phone.page, 'menu-copy').count()
const scrollTop = () =>
  seen(phone.page, 'room-list').evaluate((list) => {
    const boxes = [...list.querySelectorAll('*')].filter((box) =>
      /auto|scroll/.test(getComputedStyle(box).overflowY),
    )
    return Math.max(0, ...boxes.map((box) => box.scrollTop))
  })
/** The bubble nearest to the middle of the list. */
async function bubble(): Promise<Place> {
  const boxes = await seen(phone.page, 'message-text').evaluateAll((list) =>
    list.map((element) => element.getBoundingClientRect().toJSON() as DOMRect),
  )
  const far = ({ y, height }: DOMRect) => Math.abs(y + height / 2 - 420)
  const [box] = boxes.sort((a, b) => far(a) - far(b))
  if (!box) throw new Error('no bubble')
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}
/** The list stands still. */
async function still(): Promise<number> {
  for (let before = -1; ;) {
    const now = await scrollTop()
    if (now === before) return now
    before = now
    await pause(250)
  }
}
const leaveMenu = async (): Promise<void> => {
  await tapAt(phone.page, { x: 380, y: 80 })
  await eventually(menus, 0)
}

describe('[U1] a finger on a bubble', { timeout: 120_000 }, () => {
  beforeEach(() => still())

  it('that drags scrolls, ten times of ten, and opens no menu', async () => {
    const { page } = phone
    for (let n = 0; n < 10; n++) {
      const before = await still()
      await drag(page, await bubble(), n % 2 ? -240 : 240)
      expect(Math.abs((await still()) - before), `drag ${n}`).toBeGreaterThan(150)
      expect(await menus(), `drag ${n}`).toBe(0)
    }
  })

  it('that holds opens the menu, which stays when the finger goes, and closes with the next tap', async () => {
    const { page } = phone
    await hold(page, await bubble())
    await eventually(menus, 1)
    await up(page)
    await pause(500)
    expect(await menus()).toBe(1)
    await leaveMenu()
  })

  it('may tremble', async () => {
    const { page } = phone
    const at = await bubble()
    await down(page, at)
    for (const by of [3, -3, 2]) await move(page, { x: at.x + by, y: at.y + by })
    await eventually(menus, 1)
    await up(page)
    await leaveMenu()
  })

  it('that drags after it held moves nothing, and the menu stays', async () => {
    const { page } = phone
    const before = await scrollTop()
    const at = await bubble()
    await hold(page, at)
    await eventually(menus, 1)
    await glide(page, at, 240)
    await up(page)
    expect([await still(), await menus()]).toEqual([before, 1])
    await leaveMenu()
  })

  it('is no long press beside a second one', async () => {
    const { page } = phone
    const at = await bubble()
    await down(page, at)
    await down(page, at, { x: 200, y: 760 })
    await pause(600)
    await up(page)
    expect(await menus()).toBe(0)
  })

  it('drags on what runs on, or stops it, and opens no menu', async () => {
    const { page } = phone
    await flick(page, await bubble(), 300)
    await drag(page, await bubble(), -240)
    expect(await menus()).toBe(0)
    await still()
    // Whether the list ran on is asked of the page: a slow machine may come too late to stop it.
    const ranOn = page.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          let scrolls = 0
          document.addEventListener('scroll', () => scrolls++, true)
          let touches = 0
          const down = (): void => {
            if (++touches !== 2) return
            document.removeEventListener('touchstart', down, true)
            const before = scrolls
            requestAnimationFrame(() => requestAnimationFrame(() => resolve(scrolls > before)))
          }
          document.addEventListener('touchstart', down, true)
        }),
    )
    const at = await bubble()
    await flick(page, at, 300)
    await hold(page, at)
    await up(page)
    expect((await ranOn) && (await menus()) > 0).toBe(false)
    if (await menus()) await leaveMenu()
  })

  it.each([600, 2_000])(
    'that holds a link for %i ms opens the menu, not the link; a tap opens it in a window',
    async (ms) => {
      const { page, context } = phone
      // A room opens at its end, where the link stands.
      await page.goto('about:blank')
      await open(page, server.url, room)
      const target = seen(page, 'message-text').last().locator('.bubble__link')
      await target.waitFor()
      await still()
      await hold(page, await middleOf(target), ms)
      await eventually(menus, 1)
      await up(page)
      await pause(500)
      expect([await menus(), context.pages().length]).toEqual([1, 1])
      // What lies under the menu's mask is not meant by the tap that closes it.
      await tapAt(page, await middleOf(target))
      await eventually(menus, 0)
      expect(context.pages()).toHaveLength(1)
      const [opened] = await Promise.all([context.waitForEvent('page'), tapAt(page, await middleOf(target))])
      expect(opened.url()).toBe(link)
      await opened.close()
      expect(phone.errors).toEqual([])
    },
  )
})
