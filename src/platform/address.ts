/** Where the server is. */
const overrideKey = 'tokenim.server'

/** `https://host`, without a slash at the end. H5: where the page came from; else what was set here, or at build. */
export function serverUrl(): string {
  let url = ''
  // #ifdef H5
  url = location.origin
  // #endif
  // #ifndef H5
  const override: unknown = uni.getStorageSync(overrideKey)
  url = typeof override === 'string' && override ? override : (import.meta.env.VITE_SERVER_URL ?? '')
  if (!url) url = 'http://127.0.0.1:8080'
  // #endif
  return url.replace(/\/+$/, '')
}
export const socketUrl = (): string => `${serverUrl().replace(/^http/, 'ws')}/ws`
