/** What can be read off the outputs without running them. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import vm from 'node:vm'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { bytesIn, filesOf, folderOf, isCode, outputs, root } from './outputs'
import { parseWxml, type Wxml } from './wxml'
import type { MpJson } from './mp-files'

const kib = 1024
const json = (...parts: string[]): unknown => JSON.parse(readFileSync(path.join(...parts), 'utf8'))
interface Manifest {
  versionName: string
  versionCode: string
  'mp-weixin': { setting: { urlCheck: boolean }; lazyCodeLoading: string }
  'app-plus': { distribute: { android: { permissions: string[] } } }
}
const manifest = json(root, 'manifest.json') as Manifest

describe.each(outputs)('the output for %s', (output) => {
  const files = filesOf(output)
  const code = files.filter(isCode)

  it('is there', () => {
    expect(code.length).toBeGreaterThan(10)
  })

  it('names no address but names of XML and the default of its own server', () => {
    const harmless = /^https?:\/\/(www\.w3\.org|localhost|127\.0\.0\.1)/
    const own = process.env.VITE_SERVER_URL
    const found = code.flatMap(({ name, text }) =>
      [...text().matchAll(/(?:https?|wss?):\/\/[\w.-]+|["'`(]\/\/[\w-]+\.[a-z]{2,}/g)]
        .map(([address]) => address)
        .filter((address) => !harmless.test(address) && !own?.startsWith(address))
        .map((address) => `${name}: ${address}`),
    )
    expect(found).toEqual([])
  })

  it('carries no schema library, no source map, no trace of the machine that made it', () => {
    const library = readFileSync(
      path.join(root, 'node_modules/@sinclair/typebox/build/cjs/type/symbols/symbols.js'),
      'utf8',
    )
    expect(library, 'the mark that is looked for').toContain('TypeBox.')
    const marks = ['TypeBox.', 'sourceMappingURL', root]
    const found = code.flatMap(({ name, text }) =>
      marks.filter((mark) => text().includes(mark)).map((mark) => [name, mark]),
    )
    expect(found).toEqual([])
    expect(files.filter(({ name }) => name.endsWith('.map'))).toEqual([])
  })
})

describe.each(['mp-weixin', 'app'] as const)('the output for %s', (output) => {
  it('is made of scripts that can be read, and make no code themselves', () => {
    for (const { name, text } of filesOf(output).filter((file) => file.name.endsWith('.js'))) {
      expect(() => new vm.Script(text()), name).not.toThrow()
      expect(text(), name).not.toMatch(/\bnew Function\s*\(|[^\w.$]eval\s*\(/)
    }
  })
})

describe('the output for mp-weixin', () => {
  const folder = folderOf('mp-weixin')
  const app = json(folder, 'app.json') as MpJson
  const files = filesOf('mp-weixin')
  const packages = app.subPackages ?? []
  const pages = [
    ...(app.pages ?? []),
    ...packages.flatMap(({ root: at, pages: list }) => list.map((page) => `${at}/${page}`)),
  ]

  it('has every page with its script, template and table', () => {
    expect(pages).toHaveLength(12)
    for (const page of pages)
      for (const end of ['js', 'json', 'wxml'])
        expect(existsSync(path.join(folder, `${page}.${end}`)), `${page}.${end}`).toBe(true)
  })

  it('uses only tags of WeChat and components that are there', () => {
    const known =
      /^(view|text|image|button|input|textarea|scroll-view|block|slot|label|switch|form|navigator|page-meta)$/
    for (const { name, text } of files.filter((file) => file.name.endsWith('.wxml'))) {
      const is = name.replace(/\.wxml$/, '')
      const own = (json(folder, `${is}.json`) as MpJson).usingComponents ?? {}
      for (const tag of tagsOf(parseWxml(text())))
        if (!known.test(tag)) expect(Object.keys(own), name).toContain(tag)
      for (const to of Object.values(own))
        expect(existsSync(path.join(folder, path.dirname(name), `${to}.wxml`)), `${name} uses ${to}`).toBe(
          true,
        )
    }
  })

  it('stays within the sizes of packages', () => {
    const inPackage = (at: string) => files.filter(({ name }) => name.startsWith(`${at}/`))
    const main = bytesIn(files) - packages.reduce((sum, { root: at }) => sum + bytesIn(inPackage(at)), 0)
    expect(main).toBeLessThan(1536 * kib)
    for (const { root: at } of packages) expect(bytesIn(inPackage(at)), at).toBeLessThan(1800 * kib)
    for (const { name, bytes } of files.filter((file) => file.name.startsWith('static/')))
      expect(bytes, name).toBeLessThan(200 * kib)
  })

  it('touches nothing that only a browser has', () => {
    // crypto-js looks there for dice where there is a window; hashing throws none.
    const guarded = /: window\.(crypto|msCrypto)$/
    const found = files
      .filter(({ name }) => name.endsWith('.js'))
      .flatMap(({ name, text }) =>
        [
          ...text().matchAll(
            /(?<![\w.$/"'-])(?:window|document|localStorage|XMLHttpRequest|fetch)(?:\.|\()\w*/g,
          ),
        ].map(([use]) => `${name}: ${use}`),
      )
    expect(found.filter((use) => !guarded.test(use))).toEqual([])
  })

  it('has icons for its tabs, small and local, for light and dark', () => {
    const theme = json(folder, 'theme.json') as Record<'light' | 'dark', Record<string, string>>
    const names =
      app.tabBar?.list.flatMap(({ iconPath, selectedIconPath }) => [iconPath, selectedIconPath]) ?? []
    expect(names).toHaveLength(6)
    for (const name of names)
      for (const shade of ['light', 'dark'] as const) {
        const icon = path.join(folder, theme[shade][name.slice(1)] ?? 'missing')
        expect(statSync(icon).size, icon).toBeLessThan(40 * kib)
      }
    expect(Object.keys(theme.dark)).toEqual(Object.keys(theme.light))
  })

  it('loads what it needs when it needs it, and checks addresses', () => {
    expect(manifest['mp-weixin']).toMatchObject({
      setting: { urlCheck: true },
      lazyCodeLoading: 'requiredComponents',
    })
    expect(app).toMatchObject({ lazyCodeLoading: 'requiredComponents' })
  })
})

describe('the output for app', () => {
  it('is of the version of this package', () => {
    const built = json(folderOf('app'), 'manifest.json') as { version: { name: string; code: string } }
    expect(built.version).toEqual({
      name: (json(root, 'package.json') as { version: string }).version,
      code: manifest.versionCode,
    })
    expect(manifest.versionName).toBe(built.version.name)
    expect(Number.isInteger(Number(manifest.versionCode))).toBe(true)
  })

  it('asks Android for the network and nothing else', () => {
    const asked = manifest['app-plus'].distribute.android.permissions.map(
      (line) => /permission\.(\w+)/.exec(line)?.[1],
    )
    expect(asked).toEqual(['INTERNET', 'ACCESS_NETWORK_STATE'])
  })
})

describe('the output for h5', () => {
  const folder = folderOf('h5')
  const html = readFileSync(path.join(folder, 'index.html'), 'utf8')

  it('works under any address and can be zoomed', () => {
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address)
    expect(addresses.length).toBeGreaterThan(3)
    for (const address of addresses) {
      expect(address).toMatch(/^\.\//)
      expect(existsSync(path.join(folder, address)), address).toBe(true)
    }
    expect(html).toMatch(/<html lang="/)
    expect(html).not.toMatch(/user-scalable|maximum-scale/)
  })

  it('is small: all scripts together, zipped', () => {
    const zipped = filesOf('h5')
      .filter(({ name }) => name.endsWith('.js'))
      .map(({ text }) => gzipSync(text()).length)
    expect(zipped.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(190 * kib)
  })
})

function tagsOf(nodes: readonly Wxml[]): string[] {
  return nodes.flatMap((node) => (typeof node === 'string' ? [] : [node.tag, ...tagsOf(node.children)]))
}
