/** One life of a server process: what dies with it, and what of it is under way. */
import { ops } from '../../protocol'
import type { OpDefinition } from '../../protocol/define'
import type { App } from '../../server/app'
import { loneOver, type Connection, type Db, type Maybe } from '../../server/db/connection'

export class Life {
  dead = false
  readonly died: Promise<void>
  /** Calls and statements under way. */
  busy = 0
  /** Something under way waits for time to pass. */
  resting = false
  /** Dies when this many more statements and commits were run. */
  private stepsLeft = Infinity

  private tellDeath: () => void = () => undefined

  constructor(private readonly onDeath: () => void) {
    this.died = new Promise((resolve) => (this.tellDeath = resolve))
  }

  kill(): void {
    if (this.dead) return
    this.dead = true
    this.onDeath()
    this.tellDeath()
  }

  dieAfter(steps: number): void {
    this.stepsLeft = steps
  }

  /** One statement, or one commit; perhaps the last thing it does. */
  step(): void {
    if (!this.dead && this.stepsLeft-- <= 0) this.kill()
  }

  /** Counts work as under way. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.busy++
    try {
      return await work
    } finally {
      this.busy--
    }
  }

  /** What is under way waits for time to pass. One at a time: whoever else reads needs a connection. */
  rest(wait: Promise<void>): Promise<void> {
    this.resting = true
    this.busy--
    return Promise.race([wait, this.died]).then(() => {
      this.busy++
      this.resting = false
    })
  }
}

class Killed extends Error {}
const never = new Promise<never>(() => undefined)

/**
 * A database that dies with its process, before, during or after a commit: what is not committed is rolled back, and of
 * what is committed nobody hears. `pause` may hold up a statement of a snapshot, so that others commit meanwhile.
 */
export function mortal(db: Db, life: Life, pause: () => Promise<void> | undefined): Db {
  const step = () => {
    life.step()
    if (life.dead) throw new Killed()
  }
  const guarded = guards(step)
  const paused = guards(step, () => (life.resting ? undefined : pause()))
  const outlived = async <T>(work: Promise<T>): Promise<T> => {
    const [result] = await Promise.allSettled([work])
    if (life.dead) return never
    if (result.status === 'rejected') throw result.reason
    return result.value
  }
  const reading =
    (guard: typeof guarded): Db['read'] =>
    (work) =>
      life.track(outlived(db.read((connection) => work(guard(connection)))))
  return {
    ...db,
    read: reading(paused),
    // Writes ask it while they are under way themselves.
    lone: loneOver(db.dialect, (work) => reading(guarded)(async (connection) => work(connection))),
    async write(work) {
      const committed = db.write(async (connection) => {
        const result = await work(guarded(connection))
        step()
        return result
      })
      return life.track(outlived(committed.finally(() => life.step())))
    },
  }
}

/** Connections whose statements are steps of a life, each made once. */
function guards(step: () => void, pause: () => Promise<void> | undefined = () => undefined) {
  const known = new WeakMap<Connection, Connection>()
  const take = <T>(ask: () => Maybe<T>): Maybe<T> => {
    const after = () => (step(), ask())
    const held = pause()
    return held ? held.then(after) : after()
  }
  const guard = (connection: Connection): Connection => ({
    dialect: connection.dialect,
    all: (sql, binds) => take(() => connection.all(sql, binds)),
    one: (sql, binds) => take(() => connection.one(sql, binds)),
    run: (sql, binds) => take(() => connection.run(sql, binds)),
    put: (sql, binds) => take(() => connection.put(sql, binds)),
  })
  return (connection: Connection): Connection => {
    const made = known.get(connection) ?? guard(connection)
    known.set(connection, made)
    return made
  }
}

/** Counts writes under way, with what they prepare. Reads are counted by the database. */
export function counted(app: App, life: Life): App {
  const isWrite = (op: string) => (ops as Partial<Record<string, OpDefinition>>)[op]?.kind === 'write'
  return {
    ...app,
    dispatch: (call) => (isWrite(call.op) ? life.track(app.dispatch(call)) : app.dispatch(call)),
  }
}
