/** Secrets the server makes for itself at the first start, readable by its own user only. */
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const secretBytes = 48

/** The secret kept in `<folder>/secrets.json`, made when the file is missing. Throws Error when it holds no secret. */
export function keptSecret(folder: string): string {
  const file = path.join(folder, 'secrets.json')
  makeOnce(file)
  const kept = JSON.parse(readFileSync(file, 'utf8')) as { jwtSecret?: unknown }
  if (typeof kept.jwtSecret === 'string' && kept.jwtSecret.length >= 32) return kept.jwtSecret
  throw new Error(`${file} holds no jwtSecret of 32 characters`)
}

/** Whole or not at all, also when the power goes meanwhile: tokens of this secret are told to phones soon after. */
function makeOnce(file: string): void {
  if (existsSync(file)) return
  const text = JSON.stringify({ jwtSecret: randomBytes(secretBytes).toString('base64url') }, null, 2)
  const fresh = `${file}.${process.pid}.new`
  writeFileSync(fresh, `${text}\n`, { mode: 0o600, flush: true })
  renameSync(fresh, file)
  // Windows cannot open a folder, and keeps the order of such changes by itself.
  if (process.platform !== 'win32') sync(path.dirname(file))
}

function sync(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
