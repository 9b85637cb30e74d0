import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { idIn, landOn, placeAfter, placeOf, towards } from './landing'

const pagesJson = JSON.parse(readFileSync('pages.json', 'utf8')) as {
  pages: { path: string }[]
  subPackages: { root: string; pages: { path: string }[] }[]
}
const routes = [
  ...pagesJson.pages.map(({ path }) => path),
  ...pagesJson.subPackages.flatMap(({ root, pages }) => pages.map(({ path }) => `${root}/${path}`)),
]
const open = ['pages/sign-in/index', 'pages/register/index', 'pages/not-found/index']

describe('where a link leads once somebody has signed in', () => {
  it('every page that needs somebody signed in can be led to', () => {
    for (const route of routes) {
      const isPlace = Boolean(placeOf(`/${route}`) ?? placeOf(`/${route}?id=7`))
      expect([route, isPlace]).toEqual([route, !open.includes(route)])
    }
  })

  it('keeps the id of a page that is about something, and nothing else', () => {
    expect(placeOf('/pages/room/index?id=5&x=1')).toBe('/pages/room/index?id=5')
    expect(placeOf('/pkg-me/settings/index?id=5')).toBe('/pkg-me/settings/index')
    for (const id of ['', '?id=', '?id=0', '?id=-1', '?id=1e3', '?id=5/../x', '?id=9007199254740993'])
      expect(placeOf(`/pages/room/index${id}`)).toBeUndefined()
  })

  it.each(['/pages/contacts/index', '/pages/room/index?id=5', '/pkg-contacts/profile/index?id=9'])(
    '%s goes along by way of signing in and registering',
    (place) => {
      const signIn = towards('sign-in', place)
      expect(placeAfter(signIn)).toBe(place)
      expect(placeAfter(towards('register', placeAfter(signIn)))).toBe(place)
      expect(
        placeAfter(signIn.replace(/to=([^&]*)/, (_, to: string) => `to=${encodeURIComponent(to)}`)),
      ).toBe(place)
    },
  )

  it('the list of chats, where one comes anyway, is not named', () => {
    expect(towards('sign-in', '/pages/chats/index')).toBe('/pages/sign-in/index')
    expect(towards('register', undefined)).toBe('/pages/register/index')
  })

  it.each([
    'https://evil.example/',
    '//evil.example/pages/room/index',
    'https%3A%2F%2Fevil.example%2F',
    '/pages/contacts/index',
    'javascript:alert(1)',
    'pages/sign-in/index',
    'pages/nowhere/index',
    '../contacts/index',
    'constructor',
    '%E0%A4%A',
  ])('%s is no page of ours', (to) => {
    expect(placeAfter(`/pages/sign-in/index?to=${to}&id=5`)).toBeUndefined()
  })
})

describe('[U12] an address', () => {
  const paths = ['/', '/pages/chats/index', '/pages/room/index', '/pkg-me/settings/index']
  const nowhere = '/pages/not-found/index'

  it.each([
    ['/', '/'],
    ['/pages/room/index?id=5', '/pages/room/index?id=5'],
    ['/pages/room/index/?id=5', '/pages/room/index?id=5'],
    ['//pages//chats/index//', '/pages/chats/index'],
    ['pages/chats/index', '/pages/chats/index'],
    ['/Pages/Chats/INDEX', '/pages/chats/index'],
    ['', '/'],
    ['?x=1', '/?x=1'],
  ])('%s opens %s', (typed, opened) => expect(landOn(typed, paths)).toBe(opened))

  it.each([
    '/pages/nothing/index',
    '/pages/chats',
    '/pages/chats/index/more',
    '/pages/chats/index.html',
    '/a/b/c/d/e/f/g?h=i#j',
    '/%E0%A4%A',
    '/pages/room/index#x',
    '/constructor',
    '/../pages/chats/index',
    '/pages/nothing/index?to=/pages/chats/index',
  ])('%s leads nowhere', (typed) => expect(landOn(typed, paths)).toBe(nowhere))

  it('names an id in digits alone', () => {
    expect(['5', '9007199254740991'].map(idIn)).toEqual([5, 9007199254740991])
    const none = ['', '0', '-1', '1e3', '05', ' 5', '5 ', '9007199254740993', 'x', undefined, 5, null]
    expect(none.map(idIn)).toEqual(none.map(() => undefined))
  })
})
