import type { PoolConnection } from 'mysql2'
import { describe, expect, it } from 'vitest'
import { mysqlConnection } from './mysql-connection'
import { together, Untold } from './mysql-packet'

/** A connection that keeps what it is sent, and answers every statement with one changed row, or all with `failure`. */
function recorder(failure?: () => Error | undefined) {
  const sent: string[] = []
  const take = (sql: string, done: (error: unknown, result?: unknown, fields?: unknown[]) => void) => {
    sent.push(sql)
    const answers = sql.split(';\n').map(() => ({ affectedRows: 1 }))
    const error = failure?.()
    setImmediate(() => (error ? done(error) : done(null, answers.length > 1 ? answers : answers[0], [])))
  }
  const raw = {
    query: ({ sql }: { sql: string }, done: Parameters<typeof take>[1]) => take(sql, done),
    execute: ({ sql }: { sql: string }, _values: unknown, done: Parameters<typeof take>[1]) =>
      take(sql, done),
  }
  const line = together(raw as unknown as PoolConnection)
  return { sent, line, connection: mysqlConnection(line) }
}
const duplicate = () => Object.assign(new Error('twice'), { errno: 1062 })

describe('packets', () => {
  it('[F12] what is asked in one step leaves in one packet, in its order', async () => {
    const { sent, connection } = recorder()
    await Promise.all([connection.all('SELECT 1 FOR UPDATE'), connection.all('SELECT ?', [2])])
    expect(sent).toEqual(['SELECT 1 FOR UPDATE;\nSELECT 2'])
  })

  it('a change that nobody waits for leaves with the next question, or with COMMIT', async () => {
    const { sent, connection } = recorder()
    await connection.put('UPDATE a SET b = ?', [1])
    expect(await connection.run('DELETE FROM a')).toBe(1)
    await connection.put('UPDATE a SET b = ?', ["it's"])
    await connection.run('COMMIT')
    expect(sent).toEqual(['UPDATE a SET b = 1;\nDELETE FROM a', "UPDATE a SET b = 'it\\'s';\nCOMMIT"])
  })

  it('a question alone is prepared', async () => {
    const { sent, connection } = recorder()
    await connection.run('DELETE FROM a WHERE b = ?', ['x'])
    expect(sent).toEqual(['DELETE FROM a WHERE b = ?'])
  })

  it('[L4] what waits is bounded', async () => {
    const { sent, connection } = recorder()
    for (let n = 0; n < 10; n++) await connection.put('INSERT INTO a VALUES (?)', ['x'.repeat(100_000)])
    expect(Math.max(...sent.map((text) => text.length))).toBeLessThan(400_000)
    expect(sent.length).toBeGreaterThan(2)
  })

  it('[F3] after a change failed that nobody waited for, nothing leaves any more', async () => {
    const { sent, connection, line } = recorder(() => (sent.length === 1 ? duplicate() : undefined))
    await connection.put('INSERT INTO a VALUES (1)')
    await expect(connection.all('SELECT 1')).rejects.toThrow(Untold)
    await expect(connection.run('COMMIT')).rejects.toThrow(Untold)
    expect(sent).toHaveLength(1)
    line.reset()
    await connection.run('COMMIT')
    expect(sent).toHaveLength(2)
  })

  it('an error of what was asked for is told as it is', async () => {
    const { connection } = recorder(duplicate)
    await expect(connection.run('INSERT INTO a VALUES (1)')).rejects.toMatchObject({ kind: 'duplicate' })
    const both = Promise.all([connection.all('SELECT 1'), connection.all('SELECT 2')])
    await expect(both).rejects.toMatchObject({ kind: 'duplicate' })
  })

  it('a text that is more than one statement is a bug', async () => {
    const { sent, connection } = recorder()
    await expect(connection.all('SELECT 1; SELECT 2')).rejects.toThrow('one statement at a time')
    expect(() => connection.put('SELECT 1; SELECT 2')).toThrow('one statement at a time')
    expect(sent).toEqual([])
  })
})
