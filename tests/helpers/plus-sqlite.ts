/** plus.sqlite as documented, over a real SQLite file: one connection by name, answers come later, no parameters. */
import Database from 'libsql'
import type { PlusSqlite } from '../../src/platform/store-app'

export interface FakePlusSqlite extends PlusSqlite {
  /**
   * The process dies before statement `n` + 1 from now: nothing answers any more, what is open is rolled back. Resolves
   * when it is dead.
   */
  killAfter(statements: number): Promise<void>
  limitPages(count: number): void
  /** Ends the process: the next one opens the file anew. */
  restart(): void
}

interface Callbacks {
  success?: (result: never) => void
  fail?: (fault: { code: number; message: string }) => void
}

export function createPlusSqlite(file: string): FakePlusSqlite {
  let db: Database.Database | undefined
  let left = Infinity
  let generation = 0
  let die: () => void = () => undefined

  /** Runs now, answers later; a dead process answers nothing. */
  function answer({ success, fail }: Callbacks, act: () => unknown): void {
    const born = generation
    const reply = outcome(act)
    setTimeout(() => {
      if (born !== generation || left < 0) return
      if ('fault' in reply) fail?.(reply.fault)
      else success?.(reply.value as never)
    }, 0)
  }
  function statement(sql: string): void {
    if (left-- <= 0) {
      die()
      throw new Error('killed')
    }
    connection().exec(sql)
  }
  const connection = (): Database.Database => {
    if (!db) throw new Error('database not open')
    return db
  }
  const drop = () => {
    // What the next process would do with the journal that a dead one left.
    if (db?.inTransaction) db.exec('rollback')
    db?.close()
    db = undefined
  }
  return {
    isOpenDatabase: () => db !== undefined,
    openDatabase: (options) => answer(options, () => (db ??= new Database(file))),
    transaction: (options) => answer(options, () => statement(options.operation)),
    executeSql: (options) => answer(options, () => options.sql.forEach(statement)),
    selectSql: (options) => answer(options, () => connection().prepare(options.sql).all()),
    killAfter(statements) {
      left = statements
      return new Promise((resolve) => (die = resolve))
    },
    limitPages: (count) => void connection().exec(`pragma max_page_count = ${count}`),
    restart() {
      drop()
      generation++
      left = Infinity
    },
  }
}

function outcome(act: () => unknown): { value: unknown } | { fault: { code: number; message: string } } {
  try {
    return { value: act() }
  } catch (error) {
    return { fault: { code: -1404, message: String(error) } }
  }
}
