import { defineStore } from 'pinia'
import type { Input } from '../../protocol'
import { isName, tidyName } from '../../protocol/rules/words'
import { derived } from './derived'
import { ask, call, engine, viewOf } from './engine'

type Platform = Input<'accounts.signIn'>['device']['platform']
const platforms: Partial<Record<string, Platform>> = { web: 'h5', app: 'app', 'mp-weixin': 'mp-weixin' }

/** How this device stands in the list of somebody's devices. */
function thisDevice(): Input<'accounts.signIn'>['device'] {
  const { uniPlatform, deviceBrand, deviceModel, browserName } = uni.getSystemInfoSync()
  const platform = platforms[uniPlatform] ?? 'other'
  const words = platform === 'h5' ? [browserName, deviceModel] : [deviceBrand, deviceModel]
  const name = tidyName(words.filter(Boolean).join(' ')).slice(0, 60)
  return { platform, name: isName(name) ? name : platform }
}

/** Who is signed in on this phone, and how it is linked to the server. */
export const useSession = defineStore('session', () => {
  const view = viewOf(['session'], (e) => e.session())
  const link = viewOf(['link'], (e) => e.link())
  const state = derived(() => view.value.state)
  const me = derived(() => (view.value.state === 'signedIn' ? view.value.me : undefined))
  const userId = derived(() => (view.value.state === 'signedIn' ? view.value.userId : undefined))
  const because = derived(() => (view.value.state === 'signedOut' ? view.value.because : undefined))
  const checking = derived(() => view.value.state === 'signedOut' && view.value.checking === true)

  return {
    state,
    link,
    me,
    userId,
    because,
    checking,
    /** Makes an account and signs in. Errors: accountTaken and the common ones. */
    register: (account: string, name: string, password: string) =>
      call('accounts.register', { account, name: tidyName(name), password, device: thisDevice() }),
    /** Errors: badCredentials, challengeNeeded, challengeFailed, cancelled, tooManyRequests and the common ones. */
    signIn: (account: string, password: string) =>
      call('accounts.signIn', { account, password, device: thisDevice() }),
    /** Gives up a sign-in that is `checking`. */
    stopCheck: () => engine().tell({ is: 'stopCheck' }),
    /** Acts that would be lost by signing out now. */
    unsent: () => engine().pendingCount(),
    signOut: () => ask({ is: 'signOut' }),
    /** Makes this page the one that owns the account's outbox. */
    takeOver: () => engine().tell({ is: 'takeOver' }),
  }
})
