/** Where the server is. */
const overrideKey = 'tokenim.server'

/** The folder of the page's address, with a slash at both ends: all of the server's addresses lie beside the page (W29). */
export const folderOf = (path: string): string => `/${path.replace(/[^/]*$/, '')}/`.replace(/\/{2,}/g, '/')

/** Name of something that all pages of an origin share, for this deployment alone (W29). At the root as it always was. */
export function ownName(name: string): string {
  let folder = '/'
  // #ifdef H5
  folder = folderOf(location.pathname)
  // #endif
  return folder === '/' ? name : `${name}:${folder}`
}

/**
 * `https://host` or `https://host/path`, without a slash at the end. H5: where the page came from; else what was set
 * here, or at build.
 */
export function serverUrl(): string {
  let url = ''
  // #ifdef H5
  url = location.origin + folderOf(location.pathname)
  // #endif
  // #ifndef H5
  url = override() || (import.meta.env.VITE_SERVER_URL ?? '')
  if (!url) url = 'http://127.0.0.1:8080'
  // #endif
  return url.replace(/\/+$/, '')
}

// #ifndef H5
function override(): string {
  try {
    const url: unknown = uni.getStorageSync(overrideKey)
    return typeof url === 'string' ? url : ''
  } catch {
    return ''
  }
}
// #endif

export const socketUrl = (): string => `${serverUrl().replace(/^http/i, 'ws')}/ws`
