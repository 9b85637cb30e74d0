/** A finger on the glass: real touch events, as the browser gets them from a screen. */
import type { CDPSession, Locator, Page } from 'playwright-core'

export interface Place {
  x: number
  y: number
}
const stepPx = 20
const stepMs = 50
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const sessions = new WeakMap<Page, Promise<CDPSession>>()
function sessionOf(page: Page): Promise<CDPSession> {
  const session = sessions.get(page) ?? page.context().newCDPSession(page)
  sessions.set(page, session)
  return session
}

type What = 'touchStart' | 'touchMove' | 'touchEnd'
async function touch(page: Page, type: What, touchPoints: Place[]): Promise<void> {
  await (await sessionOf(page)).send('Input.dispatchTouchEvent', { type, touchPoints })
}
export const down = (page: Page, ...at: Place[]): Promise<void> => touch(page, 'touchStart', at)
export const move = (page: Page, ...at: Place[]): Promise<void> => touch(page, 'touchMove', at)
export const up = (page: Page): Promise<void> => touch(page, 'touchEnd', [])

/** Moves a finger that is down, evenly: 20 px every 50 ms, 240 px in 0.6 s. */
export async function glide(page: Page, from: Place, byPx: number): Promise<Place> {
  const steps = Math.ceil(Math.abs(byPx) / stepPx)
  for (let n = 1; n <= steps; n++) {
    await move(page, { x: from.x, y: from.y + (byPx * n) / steps })
    await pause(stepMs)
  }
  return { x: from.x, y: from.y + byPx }
}
/** Comes down, moves up or down the screen by so many pixels, rests, and goes: what scrolls does not run on. */
export async function drag(page: Page, from: Place, byPx: number): Promise<void> {
  await down(page, from)
  const at = await glide(page, from, byPx)
  await pause(2 * stepMs)
  await move(page, at)
  await up(page)
}
/** Throws what scrolls, so that it runs on. */
export async function flick(page: Page, from: Place, byPx: number): Promise<void> {
  await down(page, from)
  for (let n = 1; n <= 4; n++) await move(page, { x: from.x, y: from.y + (byPx * n) / 4 })
  await up(page)
}
export async function hold(page: Page, at: Place, ms = 600): Promise<void> {
  await down(page, at)
  await pause(ms)
}
export async function tapAt(page: Page, at: Place): Promise<void> {
  await down(page, at)
  await up(page)
}
/** The middle of what is on screen of an element. */
export async function middleOf(target: Locator): Promise<Place> {
  const box = await target.boundingBox()
  if (!box) throw new Error('is not on screen')
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}
/** Drags up by what lies at `from` until `last`, which scrolls with it, comes no further. */
export async function dragToEnd(page: Page, from: Place, last: Locator): Promise<void> {
  for (let before = Infinity; ;) {
    const { y } = await middleOf(last)
    if (y >= before) return
    before = y
    await drag(page, from, -240)
  }
}
