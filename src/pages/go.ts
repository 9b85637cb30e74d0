/** Ways between the pages, in one place. */
import type { ConversationId, UserId } from '../../protocol/ids'
import { closeTop } from '@/components/layers'
import { placeAfter, placeOf, towards } from './landing'

/** Of uni's pages, what its types leave out. */
declare const getCurrentPages: () => { route?: string; $page?: { fullPath: string } }[]

export const goRoom = (id: ConversationId): void => void uni.navigateTo({ url: `/pages/room/index?id=${id}` })
export const goProfile = (id: UserId): void =>
  void uni.navigateTo({ url: `/pkg-contacts/profile/index?id=${id}` })
export const goAddFriend = (): void => void uni.navigateTo({ url: '/pkg-contacts/add-friend/index' })
export const goNewFriends = (): void => void uni.navigateTo({ url: '/pkg-contacts/new-friends/index' })
export const goNetwork = (): void => void uni.navigateTo({ url: '/pages/network/index' })
export const goSettings = (): void => void uni.navigateTo({ url: '/pkg-me/settings/index' })
export const goChats = (): void => void uni.switchTab({ url: '/pages/chats/index' })
let starting = false
/** Starts anew: everything that was open is gone. Pages that are on their way out ask for the same: once is enough. */
function startAt(url: string): void {
  if (starting) return
  starting = true
  const done = (): void => void (starting = false)
  uni.reLaunch({ url, success: done, fail: done })
}
/** Nobody is signed in. `back`: once somebody is, this page is shown again. */
export const startSignIn = (back: boolean): void =>
  startAt(towards('sign-in', back ? placeOf(addressNow()) : undefined))
/** To the other of the two ways in, and from there to where the first one leads. */
export const startOther = (page: 'sign-in' | 'register'): void =>
  startAt(towards(page, placeAfter(addressNow())))
/** Somebody is signed in. */
export const startSignedIn = (): void => startAt(placeAfter(addressNow()) ?? '/pages/chats/index')

/** One page back; the chat list where there is none, as after opening an address. What lies over the page goes with it. */
export function goBack(): void {
  while (closeTop());
  if (getCurrentPages().length > 1) void uni.navigateBack()
  else goChats()
}
export const routeNow = (): string => {
  const pages = getCurrentPages()
  return pages[pages.length - 1]?.route ?? ''
}
/** With its query. */
const addressNow = (): string => {
  const pages = getCurrentPages()
  return pages[pages.length - 1]?.$page?.fullPath ?? ''
}
