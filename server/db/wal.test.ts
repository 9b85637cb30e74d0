import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openConnection } from './sqlite-connection'
import { readWal } from './wal'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tokenim-wal-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const pageBytes = 4096
const frameBytes = 24 + pageBytes

it('knows how far the log has come, though its file stays as long as it was', () => {
  const file = path.join(folder, 'test.db')
  const wal = readWal(file)
  expect(wal.reaches(frameBytes)).toBe(false)
  const db = openConnection({ file, unsafeDurability: true })
  db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, bytes BLOB)')
  const write = (pages: number) =>
    db.run('INSERT INTO t (bytes) VALUES (?)', [new Uint8Array(pages * pageBytes)])
  write(100)
  const { size } = statSync(`${file}-wal`)
  expect([wal.reaches(frameBytes), wal.reaches(size)]).toEqual([true, true])
  expect(wal.reaches(size + frameBytes)).toBe(false)

  db.all('PRAGMA wal_checkpoint(PASSIVE)')
  write(10)
  expect(statSync(`${file}-wal`).size).toBe(size)
  expect([wal.reaches(10 * frameBytes), wal.reaches(50 * frameBytes), wal.reaches(size)]).toEqual([
    true,
    false,
    false,
  ])
  write(60)
  expect([wal.reaches(50 * frameBytes), wal.reaches(size)]).toEqual([true, false])

  db.all('PRAGMA wal_checkpoint(TRUNCATE)')
  expect(wal.reaches(frameBytes)).toBe(false)
  write(10)
  expect([wal.reaches(10 * frameBytes), wal.reaches(50 * frameBytes)]).toEqual([true, false])
  wal.close()
  db.close()
})
