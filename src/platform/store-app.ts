import { StoreFull, type StoreBatch, type StorePort } from '../engine/ports'

/** The part of plus.sqlite that is used; it answers through callbacks and takes no parameters. */
export interface PlusSqlite {
  isOpenDatabase(options: { name: string; path: string }): boolean
  openDatabase(options: { name: string; path: string } & Callbacks): void
  transaction(options: { name: string; operation: 'begin' | 'commit' | 'rollback' } & Callbacks): void
  executeSql(options: { name: string; sql: string[] } & Callbacks): void
  selectSql(options: {
    name: string
    sql: string
    success(rows: Row[]): void
    fail(error: Fault): void
  }): void
}
interface Callbacks {
  success(): void
  fail(error: Fault): void
}
interface Fault {
  code: number
  message: string
}
interface Row {
  k: string
  v: string
}

const name = 'tokenim'
const path = '_doc/tokenim.db'
const pageRows = 200

/** SQLite of the app. The bridge has one connection: what is asked waits its turn. */
export function createAppStore(sqlite: PlusSqlite): StorePort {
  const does = (start: (callbacks: Callbacks) => void) =>
    new Promise<void>((resolve, reject) =>
      start({ success: resolve, fail: (fault) => reject(errorOf(fault)) }),
    )
  const execute = (sql: string[]) => does((callbacks) => sqlite.executeSql({ name, sql, ...callbacks }))
  const transact = (operation: 'begin' | 'commit' | 'rollback') =>
    does((callbacks) => sqlite.transaction({ name, operation, ...callbacks }))
  const select = (sql: string) =>
    new Promise<Row[]>((success, reject) =>
      sqlite.selectSql({ name, sql, success, fail: (fault) => reject(errorOf(fault)) }),
    )

  async function open(): Promise<void> {
    if (!sqlite.isOpenDatabase({ name, path }))
      await does((callbacks) => sqlite.openDatabase({ name, path, ...callbacks }))
    await execute(['create table if not exists kv (k text primary key, v text not null) without rowid'])
  }
  async function writeAll(batch: StoreBatch): Promise<void> {
    await transact('begin')
    try {
      await execute(statementsOf(batch))
      await transact('commit')
    } catch (error) {
      await transact('rollback').catch(() => undefined)
      throw error
    }
  }
  async function readAll(): Promise<Row[]> {
    const rows: Row[] = []
    for (let page: Row[] = []; ;) {
      const after = page.length ? `where k > ${literal(page[page.length - 1]?.k ?? '')}` : ''
      page = await select(`select k, v from kv ${after} order by k limit ${pageRows}`)
      rows.push(...page.map(({ k, v }) => ({ k: decode(k), v: decode(v) })))
      if (page.length < pageRows) return rows
    }
  }

  let opened: Promise<void> | undefined
  let last: Promise<unknown> = Promise.resolve()
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const ready = () => (opened ??= open())
    const turn = last.then(ready).then(act)
    last = turn.catch(() => undefined)
    return turn
  }
  return {
    load: () => inTurn(async () => (await readAll()).map(({ k, v }) => [k, v] as const)),
    write: (batch) => inTurn(() => writeAll(batch)),
  }
}

const statementsOf = ({ put, remove }: StoreBatch): string[] => [
  ...put.map(([key, value]) => `replace into kv (k, v) values (${text(key)}, ${text(value)})`),
  ...remove.map((key) => `delete from kv where k = ${text(key)}`),
]
const literal = (value: string): string => `'${value.replace(/'/g, "''")}'`
/** A NUL ends a text on some bridges: it is written as `\0`, and a backslash doubled. */
const encode = (value: string): string =>
  value.replace(/[\\\0]/g, (character) => (character === '\0' ? '\\0' : '\\\\'))
const decode = (value: string): string =>
  value.replace(/\\([\\0])/g, (_all, character) => (character === '0' ? '\0' : '\\'))
const text = (value: string): string => literal(encode(value))

const errorOf = ({ code, message }: Fault): Error =>
  /disk is full|SQLITE_FULL|code 13\b/i.test(message)
    ? new StoreFull(message)
    : new Error(`sqlite ${code}: ${message}`)
