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
  const isId = /^[1-9]\d*$/.test(id ?? '') && Number.isSafeInteger(Number(id))
  return isId ? `/${route}?id=${id}` : undefined
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
