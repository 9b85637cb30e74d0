/** Every screen and state that has to be looked at. A shot that cannot be taken fails the run. */
import type { Page } from 'playwright-core'
import { open, say, seen, tap, type } from './acts'

export interface Stage {
  page: Page
  url: string
  /** Conversation with a long, lively history. */
  livelyId: number
  /** Conversation that has just been opened. */
  freshId: number
  friendId: number
  offline(on: boolean): Promise<void>
  /** The shot is taken of this page instead. */
  look(page: Page): void
}
export interface Screen {
  name: string
  /** Who has to be signed in: nobody, somebody with a full life, somebody without any friend. */
  as: 'nobody' | 'busy' | 'lonely'
  show(stage: Stage): Promise<void>
}

/** From the list, as a person comes. */
const roomOf = async ({ page, url }: Stage, id: number) => {
  await open(page, url, '/pages/chats/index')
  await seen(page, 'chat-row').first().waitFor()
  await open(page, url, `/pages/room/index?id=${id}`)
}
const room = (stage: Stage) => roomOf(stage, stage.livelyId)

export const screens: readonly Screen[] = [
  {
    name: 'sign-in',
    as: 'nobody',
    show: async ({ page, url }) => {
      await open(page, url, '/pages/sign-in/index')
      await seen(page, 'signin-submit').waitFor()
    },
  },
  {
    name: 'sign-in-refused',
    as: 'nobody',
    show: async ({ page, url }) => {
      await open(page, url, '/pages/sign-in/index')
      await type(page, 'signin-account', 'nobody-here')
      await type(page, 'signin-password', 'not the password')
      await tap(page, 'signin-submit')
      await seen(page, 'signin-error').waitFor()
    },
  },
  {
    name: 'register',
    as: 'nobody',
    show: async ({ page, url }) => {
      await open(page, url, '/pages/register/index')
      await seen(page, 'register-submit').waitFor()
    },
  },
  {
    name: 'register-invalid',
    as: 'nobody',
    show: async ({ page, url }) => {
      await open(page, url, '/pages/register/index')
      await type(page, 'register-account', '1x')
      await type(page, 'register-name', 'A')
      await type(page, 'register-password', 'short')
      await tap(page, 'register-submit')
    },
  },
  {
    name: 'not-found',
    as: 'nobody',
    show: async ({ page, url }) => {
      await open(page, url, '/pages/nothing/index')
      await seen(page, 'not-found').waitFor()
    },
  },
  {
    name: 'chats-empty',
    as: 'lonely',
    show: async ({ page, url }) => {
      await open(page, url, '/pages/chats/index')
      await seen(page, 'chats-title').waitFor()
    },
  },
  {
    name: 'contacts-empty',
    as: 'lonely',
    show: async ({ page, url }) => {
      await open(page, url, '/pages/contacts/index')
      await seen(page, 'contacts-new-friends').waitFor()
    },
  },
  {
    name: 'new-friends-empty',
    as: 'lonely',
    show: async ({ page, url }) => void (await open(page, url, '/pkg-contacts/new-friends/index')),
  },
  {
    name: 'chats',
    as: 'busy',
    show: async ({ page, url }) => {
      await open(page, url, '/pages/chats/index')
      await seen(page, 'chat-row').first().waitFor()
    },
  },
  {
    name: 'chats-menu',
    as: 'busy',
    show: async ({ page, url }) => {
      await open(page, url, '/pages/chats/index')
      await tap(page, 'chats-menu')
      await seen(page, 'chats-add').waitFor()
    },
  },
  {
    name: 'room',
    as: 'busy',
    show: async (stage) => {
      await room(stage)
      await seen(stage.page, 'message').last().waitFor()
    },
  },
  {
    name: 'room-fresh',
    as: 'busy',
    show: async (stage) => {
      await roomOf(stage, stage.freshId)
      await seen(stage.page, 'composer-input').waitFor()
    },
  },
  {
    name: 'room-missing',
    as: 'busy',
    show: async ({ page, url }) => {
      await open(page, url, '/pages/room/index?id=1')
      await seen(page, 'room-missing').waitFor()
    },
  },
  {
    name: 'room-emoji',
    as: 'busy',
    show: async (stage) => {
      await room(stage)
      await type(stage.page, 'composer-input', '😀 emoji')
      await tap(stage.page, 'composer-emoji')
    },
  },
  {
    name: 'room-offline',
    as: 'busy',
    show: async (stage) => {
      await room(stage)
      await seen(stage.page, 'message').last().waitFor()
      await stage.offline(true)
      await say(stage.page, 'Typed without a network 没有网络')
      await stage.page.waitForTimeout(1_000)
    },
  },
  {
    name: 'room-menu',
    as: 'busy',
    show: async ({ page }) => {
      await seen(page, 'message-text').last().dispatchEvent('contextmenu', { clientX: 300, clientY: 500 })
      await seen(page, 'menu-copy').waitFor()
    },
  },
  {
    name: 'chats-offline',
    as: 'busy',
    show: async ({ page, url }) => {
      await open(page, url, '/pages/chats/index')
      await seen(page, 'chats-offline').waitFor()
    },
  },
  {
    name: 'network-offline',
    as: 'busy',
    show: async ({ page }) => {
      await tap(page, 'chats-offline')
      await seen(page, 'network-state').waitFor()
    },
  },
  {
    name: 'contacts',
    as: 'busy',
    show: async (stage) => {
      await stage.offline(false)
      await open(stage.page, stage.url, '/pages/contacts/index')
      await seen(stage.page, 'contact-row').first().waitFor()
    },
  },
  {
    name: 'new-friends',
    as: 'busy',
    show: async ({ page, url }) => {
      await open(page, url, '/pkg-contacts/new-friends/index')
      await seen(page, 'request-row').first().waitFor()
    },
  },
  {
    name: 'add-friend',
    as: 'busy',
    show: async ({ page, url }) => {
      await open(page, url, '/pkg-contacts/add-friend/index')
      await seen(page, 'friend-search-input').waitFor()
    },
  },
  {
    name: 'add-friend-found',
    as: 'busy',
    show: async ({ page, url }) => {
      await open(page, url, '/pkg-contacts/add-friend/index')
      await type(page, 'friend-search-input', 'shot-stranger')
      await tap(page, 'friend-search-submit')
      await seen(page, 'friend-result-name').waitFor()
    },
  },
  {
    name: 'add-friend-nobody',
    as: 'busy',
    show: async ({ page, url }) => {
      await open(page, url, '/pkg-contacts/add-friend/index')
      await type(page, 'friend-search-input', 'nobody-of-that-name')
      await tap(page, 'friend-search-submit')
      await seen(page, 'friend-search-empty').waitFor()
    },
  },
  {
    name: 'profile',
    as: 'busy',
    show: async ({ page, url, friendId }) => {
      await open(page, url, `/pkg-contacts/profile/index?id=${friendId}`)
      await seen(page, 'profile-name').waitFor()
    },
  },
  {
    name: 'me',
    as: 'busy',
    show: async ({ page, url }) => {
      await open(page, url, '/pages/me/index')
      await seen(page, 'me-name').waitFor()
    },
  },
  {
    name: 'me-signout',
    as: 'busy',
    show: async ({ page, url }) => {
      await open(page, url, '/pages/me/index')
      await tap(page, 'me-signout')
      await seen(page, 'dialog-yes').waitFor()
      await page.waitForTimeout(300)
    },
  },
  {
    name: 'settings',
    as: 'busy',
    show: async ({ page, url }) => {
      await open(page, url, '/pkg-me/settings/index')
      await seen(page, 'settings-language').waitFor()
    },
  },
  {
    name: 'settings-theme',
    as: 'busy',
    show: async ({ page, url }) => {
      await open(page, url, '/pkg-me/settings/index')
      await tap(page, 'settings-theme')
      await seen(page, 'sheet-dark').waitFor()
      await page.waitForTimeout(400)
    },
  },
  {
    name: 'elsewhere',
    as: 'busy',
    show: async ({ page, url, look }) => {
      const second = await page.context().newPage()
      await open(second, url, '/pages/chats/index')
      const blocked = await Promise.any(
        [page, second].map((tab) =>
          seen(tab, 'takeover')
            .first()
            .waitFor({ timeout: 10_000 })
            .then(() => tab),
        ),
      )
      look(blocked)
    },
  },
]
