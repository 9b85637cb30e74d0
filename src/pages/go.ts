/** Ways between the pages, in one place. */
import type { ConversationId, UserId } from '../../protocol/ids'

export const goRoom = (id: ConversationId): void => void uni.navigateTo({ url: `/pages/room/index?id=${id}` })
export const goProfile = (id: UserId): void =>
  void uni.navigateTo({ url: `/pkg-contacts/profile/index?id=${id}` })
export const goAddFriend = (): void => void uni.navigateTo({ url: '/pkg-contacts/add-friend/index' })
export const goNewFriends = (): void => void uni.navigateTo({ url: '/pkg-contacts/new-friends/index' })
export const goSettings = (): void => void uni.navigateTo({ url: '/pkg-me/settings/index' })
export const goChats = (): void => void uni.switchTab({ url: '/pages/chats/index' })
let starting = false
/** Starts anew: everything that was open is gone. Pages that are on their way out ask for the same: once is enough. */
export function startAt(page: 'chats' | 'sign-in' | 'register'): void {
  if (starting) return
  starting = true
  const done = (): void => void (starting = false)
  uni.reLaunch({ url: `/pages/${page}/index`, success: done, fail: done })
}

/** One page back; the chat list where there is none, as after opening an address. */
export function goBack(): void {
  if (getCurrentPages().length > 1) void uni.navigateBack()
  else goChats()
}
export const routeNow = (): string => {
  const pages = getCurrentPages()
  return pages[pages.length - 1]?.route ?? ''
}
