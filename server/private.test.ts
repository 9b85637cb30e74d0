import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { keepPrivate } from './private'

const parent = mkdtempSync(path.join(tmpdir(), 'tokenim-private-'))
afterAll(() => rmSync(parent, { recursive: true }))
let made = 0
/** A folder of a mode with files, each of its mode. */
function folderOf(mode: number, files: Record<string, number> = {}): string {
  const folder = path.join(parent, `${made++}`)
  mkdirSync(folder)
  for (const [name, fileMode] of Object.entries(files)) put(path.join(folder, name), fileMode)
  chmodSync(folder, mode)
  return folder
}
function put(file: string, mode: number): void {
  writeFileSync(file, '')
  chmodSync(file, mode)
}
const modeOf = (...file: string[]) => (statSync(path.join(...file)).mode & 0o777).toString(8)
const own = ['tokenim.db', 'tokenim.db-wal', 'tokenim.db-shm', 'tokenim.db-journal', 'tokenim.db.lock']
const kept = [...own, 'tokenim.db.lock-journal', 'secrets.json', 'secrets.json.7.new', 'demo.json']

const systems = process.platform === 'win32' ? [] : [process.platform]
describe.each(systems)('[D14] the data folder on %s', () => {
  it('is made for its own user alone, with those above it', () => {
    const above = path.join(parent, 'above')
    const mask = process.umask(0)
    expect(keepPrivate(path.join(above, 'data'))).toEqual([])
    process.umask(mask)
    expect([modeOf(above), modeOf(above, 'data')]).toEqual(['700', '700'])
  })
  it('is tightened with every file of the server in it, and says which', () => {
    const modes = Object.fromEntries(kept.map((name, n) => [name, [0o644, 0o666, 0o640][n % 3]!]))
    const folder = folderOf(0o755, { ...modes, 'backup.db': 0o644 })
    const told = keepPrivate(folder)
    expect(told.sort()).toEqual([folder, ...kept.map((name) => path.join(folder, name))].sort())
    expect(modeOf(folder)).toBe('700')
    for (const name of kept) expect(modeOf(folder, name)).toBe('600')
    expect(modeOf(folder, 'backup.db')).toBe('644')
    expect(keepPrivate(folder)).toEqual([])
  })
  it('may be a link: what it leads to is tightened', () => {
    const folder = folderOf(0o755, { 'tokenim.db': 0o644 })
    const link = path.join(parent, 'link')
    symlinkSync(folder, link)
    expect(keepPrivate(link)).toHaveLength(2)
    expect([modeOf(folder), modeOf(folder, 'tokenim.db')]).toEqual(['700', '600'])
  })
  it('may hold the database as a link: its log and its index elsewhere are tightened too', () => {
    const elsewhere = folderOf(0o755, { 'big.db': 0o644, 'big.db-wal': 0o644, 'big.db-shm': 0o644 })
    const folder = folderOf(0o700)
    symlinkSync(path.join(elsewhere, 'big.db'), path.join(folder, 'tokenim.db'))
    keepPrivate(folder)
    for (const name of ['big.db', 'big.db-wal', 'big.db-shm']) expect(modeOf(elsewhere, name)).toBe('600')
  })
  it('may hold a link to nothing', () => {
    const folder = folderOf(0o700)
    symlinkSync(path.join(parent, 'nothing'), path.join(folder, 'tokenim.db'))
    expect(keepPrivate(folder)).toEqual([])
  })
  it('leaves rights alone that are narrower', () => {
    const folder = folderOf(0o500, { 'secrets.json': 0o400 })
    expect(keepPrivate(folder)).toEqual([])
    expect([modeOf(folder), modeOf(folder, 'secrets.json')]).toEqual(['500', '400'])
  })
  it.each([
    ['of other things', folderOf(0o755, { 'report.odt': 0o644 })],
    ['that all users share', folderOf(0o1777)],
    ['that all users share, where a server was before', folderOf(0o1777, { 'tokenim.db': 0o644 })],
  ])('is refused when it is one %s, and stays as it is', (_what, folder) => {
    const before = modeOf(folder)
    expect(() => keepPrivate(folder)).toThrow(`DATA_DIR: others can open ${folder} (mode ${before})`)
    expect(modeOf(folder)).toBe(before)
  })
  it('is taken when it is empty but for marks of git or of a disk, and a demo', () => {
    const folder = folderOf(0o775, { '.gitkeep': 0o644, demo: 0o644, 'lost+found': 0o600 })
    expect(keepPrivate(folder)).toEqual([folder])
  })
  it.each([
    [
      'belongs to another user',
      () => {
        throw new Error('EPERM')
      },
      'this user may not change that',
    ],
    ['keeps no modes', () => undefined, 'its file system keeps no modes'],
  ])('is refused when it %s', (_what, change, why) => {
    const folder = folderOf(0o777)
    expect(() => keepPrivate(folder, change)).toThrow(`${why}: chmod 700`)
    const tight = folderOf(0o700, { 'secrets.json': 0o644 })
    expect(() => keepPrivate(tight, change)).toThrow(`${why}: chmod 600`)
  })
})

it('[D14] Windows has no such rights: the folder is made', () => {
  const folder = path.join(parent, 'windows')
  expect(keepPrivate(folder, chmodSync, 'win32')).toEqual([])
  expect(existsSync(folder)).toBe(true)
})
