/** What the device offers besides sockets and storage of the engine: choices that stay, and a browser. */
import { watchKeeping } from './keeping'
import { ownName } from './address'

declare const plus: { runtime: { openURL(address: string): void } }
const key = ownName('tokenim.settings')

export const surroundings = {
  /** Text of the choices made on this device; empty at first. */
  readChoices(): string {
    try {
      const text: unknown = uni.getStorageSync(key)
      return typeof text === 'string' ? text : ''
    } catch {
      return ''
    }
  },
  writeChoices(text: string): void {
    try {
      uni.setStorageSync(key, text)
    } catch {
      // A device that keeps nothing forgets choices too (O12).
    }
  },
  watchKeeping,
  /** Language of the system, such as `zh_CN`, `zh-Hans` or `en-GB`. */
  language: (): string => uni.getSystemInfoSync().language ?? '',
  /** Tells now, and whenever it changes, whether the system is dark. */
  watchDark(told: (dark: boolean) => void): void {
    // #ifdef H5
    const dark = window.matchMedia('(prefers-color-scheme: dark)')
    told(dark.matches)
    dark.addEventListener('change', () => told(dark.matches))
    // #endif
    // #ifndef H5
    const { theme, osTheme } = uni.getSystemInfoSync()
    told((theme ?? osTheme) === 'dark')
    uni.onThemeChange((change) => told(change.theme === 'dark'))
    // #endif
  },
  /** Opens an address outside of the app. False: it cannot be done here. */
  openAddress(address: string): boolean {
    let opened = false
    // #ifdef H5
    if (/^mailto:/i.test(address)) location.href = address
    else window.open(address, '_blank', 'noopener,noreferrer')
    opened = true
    // #endif
    // #ifdef APP-PLUS
    plus.runtime.openURL(address)
    opened = true
    // #endif
    return opened
  },
}
