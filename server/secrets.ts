/** Secrets the server makes for itself at the first start, readable by its own user only. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const secretBytes = 48

/**
 * The secret kept in `<folder>/secrets.json`, made when the file is missing. Throws Error when others may read the file, or
 * when it holds no secret.
 */
export function keptSecret(folder: string): string {
  const file = path.join(folder, 'secrets.json')
  mkdirSync(folder, { recursive: true })
  makeOnce(file)
  if (process.platform !== 'win32' && statSync(file).mode & 0o077)
    throw new Error(`${file} can be read by others: chmod 600 it`)
  const kept = JSON.parse(readFileSync(file, 'utf8')) as { jwtSecret?: unknown }
  if (typeof kept.jwtSecret === 'string' && kept.jwtSecret.length >= 32) return kept.jwtSecret
  throw new Error(`${file} holds no jwtSecret of 32 characters`)
}

function makeOnce(file: string): void {
  const text = JSON.stringify({ jwtSecret: randomBytes(secretBytes).toString('base64url') }, null, 2)
  try {
    writeFileSync(file, `${text}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}
