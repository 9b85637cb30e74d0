/** The data folder and the server's files in it are for its own user alone (rule D14). */
import { chmodSync, existsSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'

const database = 'tokenim.db'
const besides = ['-wal', '-shm', '-journal']
const ownFile = /^(tokenim\.db(\.lock)?(-wal|-shm|-journal)?|(secrets|demo)\.json(\.\d+\.new)?)$/
/** What else a folder may hold that was made for this server: a demo's folder, marks of git, of a disk. */
const harmless = /^(demo|\.git(keep|ignore)|lost\+found)$/
const othersMay = 0o077
const sticky = 0o1000

/**
 * Makes the folder when it is missing, and takes the rights of all other users away from it and from the server's files in it.
 * Gives what others could open until then. Throws Error where the rights cannot be taken away, or the folder is shared with
 * other things. Links are followed. Windows has no such rights: nothing is done there.
 */
export function keepPrivate(folder: string, change = chmodSync, platform = process.platform): string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (platform === 'win32') return []
  const names = readdirSync(folder)
  const files = names.filter((name) => ownFile.test(name)).map((name) => path.join(folder, name))
  const all = [...new Set([...files, ...besidesLink(path.join(folder, database))])].filter(existsSync)
  if (isOpen(folder) && !isOwn(folder, names)) throw new Error(refusal(folder, 'other things are in it'))
  return [folder, ...all].filter((file) => isOpen(file) && tighten(file, change))
}

const modeOf = (file: string): number => statSync(file).mode
const isOpen = (file: string): boolean => (modeOf(file) & othersMay) !== 0

/** Where the database is a link, its log and its index lie beside what it leads to. */
const besidesLink = (file: string): string[] =>
  existsSync(file) ? besides.map((end) => realpathSync(file) + end) : []

/** Was it made for this server? A folder as /tmp or a home is not to be closed to others. */
const isOwn = (folder: string, names: readonly string[]): boolean =>
  (modeOf(folder) & sticky) === 0 &&
  (names.some((name) => ownFile.test(name)) || names.every((name) => harmless.test(name)))

function tighten(file: string, change: typeof chmodSync): true {
  try {
    change(file, modeOf(file) & ~othersMay & 0o7777)
  } catch {
    throw new Error(refusal(file, 'this user may not change that'))
  }
  if (isOpen(file)) throw new Error(refusal(file, 'its file system keeps no modes'))
  return true
}

function refusal(file: string, why: string): string {
  const mode = (modeOf(file) & 0o777).toString(8)
  const right = statSync(file).isDirectory() ? '700 it, or name a folder inside it' : '600 it'
  return `DATA_DIR: others can open ${file} (mode ${mode}), and ${why}: chmod ${right}`
}
