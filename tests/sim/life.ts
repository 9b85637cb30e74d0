/** One life of a server process: what dies with it, and what of it is under way. */
import type { App } from '../../server/app'
import { loneOver, type Connection, type Db } from '../../server/db/connection'

export class Life {
  dead = false
  readonly died: Promise<void>
  /** Calls and statements under way. */
  busy = 0
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
}

class Killed extends Error {}
const never = new Promise<never>(() => undefined)

/**
 * A database that dies with its process, before, during or after a commit: what is not committed is rolled back, and of
 * what is committed nobody hears.
 */
export function mortal(db: Db, life: Life): Db {
  const step = () => {
    life.step()
    if (life.dead) throw new Killed()
  }
  const known = new WeakMap<Connection, Connection>()
  const guarded = (connection: Connection): Connection => {
    const made = known.get(connection) ?? guard(connection, step)
    known.set(connection, made)
    return made
  }
  const outlived = async <T>(work: Promise<T>): Promise<T> => {
    const [result] = await Promise.allSettled([work])
    if (life.dead) return never
    if (result.status === 'rejected') throw result.reason
    return result.value
  }
  const read: Db['read'] = (work) => life.track(outlived(db.read((connection) => work(guarded(connection)))))
  return {
    ...db,
    read,
    lone: loneOver(db.dialect, (work) => read(async (connection) => work(connection))),
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

const guard = (connection: Connection, step: () => void): Connection => ({
  dialect: connection.dialect,
  all: (sql, binds) => (step(), connection.all(sql, binds)),
  one: (sql, binds) => (step(), connection.one(sql, binds)),
  run: (sql, binds) => (step(), connection.run(sql, binds)),
})

/** Counts calls under way. Those that wait for something to happen are not: time has to pass for them. */
export function counted(app: App, life: Life): App {
  return {
    ...app,
    dispatch: (call) => (call.op === 'sync.wait' ? app.dispatch(call) : life.track(app.dispatch(call))),
    authenticate: (token) => life.track(app.authenticate(token)),
    pulse: (userId, sessionId) => life.track(app.pulse(userId, sessionId)),
  }
}
