/**
 * Which users are connected to some node (Y15). It decides no data: it is late by a second, and may be wrong for as long as a
 * node that died is remembered. Without Redis, and while Redis is away, a node knows its own users only.
 */
import type { ChainableCommander, Redis } from 'ioredis'
import type { UserId } from '../../protocol/ids'
import type { Circuit } from './circuit'

export interface Presence {
  /** A user came or left here, perhaps. Returns at once. */
  touch(user: UserId): void
  /** Is the user connected, to this node or another? Never rejects, and waits no longer than the circuit does. */
  online(user: UserId): Promise<boolean>
  /** Tells the others that nobody is here any more. */
  close(): Promise<void>
}
export interface SharedPresenceOptions {
  /** Is the user connected to this node? */
  isHere: (user: UserId) => boolean
  redis: Redis
  circuit: Circuit
  /** Start of the keys: deployments that share a Redis need different ones. */
  prefix?: string
  /** A node that died is remembered for so long. */
  keptMs?: number
  tickMs?: number
}

export const localPresence = (isHere: (user: UserId) => boolean): Presence => ({
  touch: () => undefined,
  online: async (user) => isHere(user),
  close: async () => undefined,
})

/** A user's key is a sorted set: node by the time until which it counts. All that changed goes out once in a tick. */
export function sharedPresence(options: SharedPresenceOptions): Presence {
  const { isHere, redis, circuit, prefix = 'tokenim', keptMs = 60_000, tickMs = 1_000 } = options
  const node = crypto.randomUUID()
  const keyOf = (user: UserId): string => `${prefix}:online:${user}`
  /** Users whom the others believe to be here. */
  const told = new Set<UserId>()
  const touched = new Set<UserId>()
  /** A third of the time that others remember is a round, in which each user is told again. */
  const ticksPerRound = Math.max(1, Math.floor(keptMs / 3 / tickMs))
  let round: UserId[] = []
  let perTick = 0
  let tick = 0

  function stay(batch: ChainableCommander, user: UserId): void {
    const now = Date.now()
    batch.zremrangebyscore(keyOf(user), '-inf', now).zadd(keyOf(user), now + keptMs, node)
    batch.pexpire(keyOf(user), keptMs)
  }
  async function tell(users: Iterable<UserId>): Promise<void> {
    const batch = redis.pipeline()
    for (const user of users) {
      if (isHere(user)) {
        told.add(user)
        stay(batch, user)
      } else if (told.delete(user)) batch.zrem(keyOf(user), node)
    }
    if (batch.length > 0) await circuit.run(() => allOf(batch))
  }
  function turn(): void {
    if (tick++ % ticksPerRound === 0) {
      round = [...told]
      perTick = Math.ceil(round.length / ticksPerRound)
    }
    const due = round.splice(0, perTick)
    const users = new Set([...due, ...[...touched].filter((user) => isHere(user) !== told.has(user))])
    touched.clear()
    tell(users).catch(() => undefined)
  }
  const timer = setInterval(turn, tickMs).unref()

  return {
    touch: (user) => void touched.add(user),
    async online(user) {
      if (isHere(user)) return true
      const count = await circuit.run(() => redis.zcount(keyOf(user), Date.now(), '+inf'))
      return (count ?? 0) > 0
    },
    async close() {
      clearInterval(timer)
      const batch = redis.pipeline()
      for (const user of told) batch.zrem(keyOf(user), node)
      if (batch.length > 0) await circuit.run(() => allOf(batch))
    },
  }
}

/** A pipeline tells of failures in its results. */
async function allOf(batch: ChainableCommander): Promise<void> {
  for (const [error] of (await batch.exec()) ?? []) if (error) throw error
}
