/**
 * Where a link leads that was opened while nobody was signed in. It goes along in the address of the pages on the way,
 * and only pages of ours are places: no link leads anywhere else.
 */

/** Pages for people who are signed in. `true`: it is about something and carries its id. */
const places = new Map<string, boolean>([
  ['pages/chats/index', false],
  ['pages/contacts/index', false],
  ['pages/me/index', false],
  ['pages/room/index', true],
  ['pages/network/index', false],
  ['pkg-contacts/new-friends/index', false],
  ['pkg-contacts/add-friend/index', false],
  ['pkg-contacts/profile/index', true],
  ['pkg-me/settings/index', false],
])
const home = '/pages/chats/index'

/** The address of a place as we write it ourselves; undefined: there is no such place. */
export function placeOf(address: string): string | undefined {
  const { route, query } = partsOf(address)
  return placeAt(route, query.get('id'))
}

/** The place that somebody on the way to signing in goes on to. */
export function placeAfter(address: string): string | undefined {
  const { query } = partsOf(address)
  return placeAt(query.get('to') ?? '', query.get('id'))
}

/** The address of a page on the way, which leads on to `place`. */
export function towards(page: 'sign-in' | 'register', place: string | undefined): string {
  const own = `/pages/${page}/index`
  if (place === undefined || place === home) return own
  const [route = '', id] = place.slice(1).split('?')
  return `${own}?to=${route}${id === undefined ? '' : `&${id}`}`
}

function placeAt(route: string, id: string | undefined): string | undefined {
  const hasId = places.get(route)
  if (!hasId) return hasId === undefined ? undefined : `/${route}`
  return idIn(id) === undefined ? undefined : `/${route}?id=${id}`
}

/** The id that an address names; undefined: what it names is none. */
export function idIn(text: unknown): number | undefined {
  const isId = typeof text === 'string' && /^[1-9]\d*$/.test(text) && Number.isSafeInteger(Number(text))
  return isId ? Number(text) : undefined
}

const nowhere = '/pages/not-found/index'
/**
 * The address that is opened for one that was typed or followed, of the app's `paths`: itself where it is a page's, the page
 * that it differs from by slashes or capitals alone, else the page that says so [U12].
 */
export function landOn(address: string, paths: readonly string[]): string {
  const at = address.indexOf('?')
  const path = at < 0 ? address : address.slice(0, at)
  if (paths.includes(path)) return address
  const tidy = `/${path.split('/').filter(Boolean).join('/')}`.toLowerCase()
  return paths.includes(tidy) ? `${tidy}${at < 0 ? '' : address.slice(at)}` : nowhere
}

/** Mini-programs know no URL. */
function partsOf(address: string): { route: string; query: Map<string, string> } {
  const [path = '', search = ''] = address.split('?')
  const query = new Map<string, string>()
  for (const pair of search.split('&')) {
    const [name = '', value = ''] = pair.split('=')
    query.set(name, decoded(value))
  }
  return { route: path.replace(/^\//, ''), query }
}
function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return ''
  }
}
