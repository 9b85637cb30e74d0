/**
 * `sync.wait`: for phones whose network lets no socket through (Y14). Whoever waits counts as connected: what is told to him
 * makes his call look at the digest again. Knows no transport; the database is asked only when something was told.
 */
import type { SessionId, UserId } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import { handleWait, ok, refuse, type WaitHandler } from '../handle'
import { byTimer, type After } from './after'
import type { Deliver } from './deliver'

export interface WaitOptions {
  /** Sockets of this node. */
  deliver: Deliver
  digestFor: (user: UserId) => Promise<number>
  /** A user began to wait, or ended. */
  touched?: ((user: UserId) => void) | undefined
  after?: After | undefined
}
export interface Waits {
  readonly handler: WaitHandler<'sync.wait'>
  /** Sockets and waiting calls alike. */
  readonly deliver: Deliver
  /** Every waiting call gets `draining`, and each later one. */
  close(): void
}
type End = 'enough' | 'unauthenticated' | 'draining'

const perUserMax = 20
const inAllMax = 10_000

export function createWaits({ deliver, digestFor, touched, after = byTimer }: WaitOptions): Waits {
  const users = new Map<UserId, Set<Waiter>>()
  let count = 0
  let closed = false

  function enter(userId: UserId, waiter: Waiter): () => void {
    const waiters = users.get(userId) ?? new Set()
    users.set(userId, waiters.add(waiter))
    count += 1
    touched?.(userId)
    // Lines that died unseen must not keep a phone out.
    const [oldest] = waiters
    if (waiters.size > perUserMax) oldest?.end('enough')
    return () => {
      count -= 1
      waiters.delete(waiter)
      if (waiters.size === 0 && users.get(userId) === waiters) users.delete(userId)
      touched?.(userId)
    }
  }

  return {
    handler: handleWait('sync.wait', async ({ input, caller: { userId, sessionId }, gone }) => {
      if (closed) return refuse('draining')
      if (count >= inAllMax) return refuse('overloaded')
      const waiter = new Waiter(sessionId)
      const leave = enter(userId, waiter)
      const stop = after(limits.waitMs, () => waiter.end('enough'))
      const left = () => waiter.end('enough')
      gone.addEventListener('abort', left)
      if (gone.aborted) left()
      try {
        return await outcomeOf(waiter, input.digest, () => digestFor(userId))
      } finally {
        gone.removeEventListener('abort', left)
        stop()
        leave()
      }
    }),
    deliver: {
      isOnline: (user) => deliver.isOnline(user) || (count > 0 && users.has(user)),
      send(user, text) {
        deliver.send(user, text)
        // The message path: where nobody waits this is all.
        if (count > 0) users.get(user)?.forEach((waiter) => waiter.tell())
      },
      notify(notice) {
        deliver.notify(notice)
        if (notice.event !== 'session.ended') return
        const { userId, sessionId } = notice.to
        for (const waiter of users.get(userId) ?? [])
          if (sessionId === undefined || sessionId === waiter.sessionId) waiter.end('unauthenticated')
      },
    },
    close() {
      closed = true
      for (const waiters of users.values()) for (const waiter of waiters) waiter.end('draining')
    },
  }
}

/** It is already among those who are told when it first reads, so nothing falls between. */
async function outcomeOf(waiter: Waiter, held: number, digestNow: () => Promise<number>) {
  for (;;) {
    const end = waiter.ended
    if (end) return end === 'enough' ? ok({ digest: held }) : refuse(end)
    const digest = await digestNow()
    if (digest !== held && !waiter.ended) return ok({ digest })
    await waiter.told()
  }
}

class Waiter {
  ended: End | undefined
  private isTold = false
  private wake: (() => void) | undefined

  constructor(readonly sessionId: SessionId) {}

  tell(): void {
    this.isTold = true
    this.wake?.()
  }

  end(why: End): void {
    this.ended ??= why
    this.tell()
  }

  /** Resolves when something was told since the last time. */
  async told(): Promise<void> {
    if (!this.isTold) await new Promise<void>((resolve) => (this.wake = resolve))
    this.isTold = false
  }
}
