/**
 * The writing thread of the embedded database (docs/adr/0018-writes-have-a-thread.md): all write transactions run here, with the
 * same funnel parts as anywhere, while the other thread serves sockets. It opens the file, brings its tables up to date, and
 * holds its lock and node number.
 */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { accountsDeps, domainHandlers } from './app'
import { createCommit } from './commit'
import { migrate } from './db/migrate'
import { leaseNode } from './db/nodes'
import { openSqlite } from './db/sqlite'
import type { AnyWrite } from './funnel'
import type { Tools } from './handle'
import { idMaker } from './ids'
import type { Ask, Posted, Tell, WriterStart } from './writer-port'

const tools: Tools = { now: Date.now, token: (bytes) => randomBytes(bytes).toString('base64url') }

/** Serves writes until it is told to close. Rejects when the file cannot be opened. */
export async function serveWrites(port: MessagePort, start: WriterStart): Promise<void> {
  const tell = (message: Tell) => port.postMessage(message)
  const onFatal = (error: unknown) => tell({ is: 'fatal', error })
  const log = {
    warn: (fields: object, message: string) => tell({ is: 'log', level: 'warn', fields, message }),
    error: (fields: object, message: string) => tell({ is: 'log', level: 'error', fields, message }),
  }
  const db = await openSqlite({ file: path.resolve(start.file), unsafeDurability: start.unsafeDurability })
  await migrate(db)
  const lease = await leaseNode(db, { onLost: onFatal })
  const handlers = domainHandlers(accountsDeps(start.secret, tools.token)) as Readonly<
    Record<string, unknown>
  >
  const out = collector(tell)
  const newId = idMaker(lease, lease.now)
  const commit = createCommit({ db, tools, newId, publisher: out, onFatal, log, single: true })

  const write = ({ id, op, call, repeat }: Posted) =>
    commit
      .write({ op, handler: handlers[op] as AnyWrite, call, repeat })
      .then((result) => out.answer(id, result))
  async function end(how: 'drain' | 'close'): Promise<void> {
    await commit.close()
    if (how === 'close') {
      lease.close()
      await db.close()
    }
    out.flush()
    tell({ is: 'ended', end: how })
    if (how === 'close') port.close()
  }
  port.on('message', (ask: Ask) => {
    if ('end' in ask) end(ask.end).catch(onFatal)
    else for (const job of ask.jobs) write(job).catch(onFatal)
  })
  tell({ is: 'ready' })
}

/** Gathers what one commit says, and says it at once: its answers and what it published are told in the same turn. */
function collector(tell: (message: Tell) => void) {
  type Said = Extract<Tell, { is: 'committed' }>
  const empty = () => ({ results: [], changes: [], notices: [] })
  let said: { [K in 'results' | 'changes' | 'notices']: Said[K][number][] } = empty()
  let scheduled = false
  function flush(): void {
    scheduled = false
    const { results, changes, notices } = said
    if (results.length + changes.length + notices.length === 0) return
    said = empty()
    tell({ is: 'committed', results, changes, notices })
  }
  function soon(): void {
    if (scheduled) return
    scheduled = true
    // Behind the answers of this commit, which are on their way as microtasks, and before the next one begins.
    queueMicrotask(flush)
  }
  return {
    flush,
    answer(id: number, result: Said['results'][number][1]): void {
      said.results.push([id, result])
      soon()
    },
    committed(changes: Said['changes'], notices: Said['notices']): void {
      said.changes.push(...changes)
      said.notices.push(...notices)
      soon()
    },
  }
}
