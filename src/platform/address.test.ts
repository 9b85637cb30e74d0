import { afterEach, describe, expect, it, vi } from 'vitest'
import { folderOf, ownName, serverUrl, socketUrl } from './address'

const at = (path: string) => vi.stubGlobal('location', { origin: 'https://host', pathname: path })
afterEach(() => vi.unstubAllGlobals())

describe('where the server is', () => {
  it.each([
    ['/', '/'],
    ['/index.html', '/'],
    ['//', '/'],
    ['/chat/', '/chat/'],
    ['/chat/index.html', '/chat/'],
    ['//chat///', '/chat/'],
    ['/a/b.c/', '/a/b.c/'],
    ['', '/'],
  ])('[W29] a page at %j has its folder at %j', (path, folder) => {
    expect(folderOf(path)).toBe(folder)
  })

  it('[W29] API and socket lie beside the page', () => {
    at('/')
    expect([serverUrl(), socketUrl()]).toEqual(['https://host', 'wss://host/ws'])
    at('/chat/index.html')
    expect([serverUrl(), socketUrl()]).toEqual(['https://host/chat', 'wss://host/chat/ws'])
  })

  it('[W29] what an origin shares has a name for each path, and at the root the one it always had', () => {
    at('/')
    expect(ownName('tokenim')).toBe('tokenim')
    const names = ['/a/', '/b/', '/a/b/'].map((path) => {
      at(path)
      return ownName('tokenim')
    })
    expect(new Set([...names, 'tokenim']).size).toBe(4)
  })
})
