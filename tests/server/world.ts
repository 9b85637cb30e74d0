/** A server without transports: the real funnel, commit, sync and domains on a real database, with a clock of its own. */
import { randomBytes } from 'node:crypto'
import { ops, type Input, type OpError, type OpName, type Output } from '../../protocol'
import type { Result } from '../../protocol/errors'
import type { StreamId, UserId } from '../../protocol/ids'
import { decodeDown } from '../../protocol/wire'
import {
  accountsSources,
  createAuthenticate,
  createChallenges,
  createPasswords,
  createTokens,
} from '../../server/accounts'
import { workOf } from '../../server/accounts/budgets'
import { domainHandlers, readDeeds } from '../../server/app'
import { memoryHub } from '../../server/bus/memory'
import { chatAudience, chatSources } from '../../server/chat'
import { createCommit } from '../../server/commit'
import { contactsSources } from '../../server/contacts'
import type { Db } from '../../server/db/connection'
import { createDispatch } from '../../server/dispatch'
import type { Caller, Handlers, Tools } from '../../server/handle'
import { idMaker } from '../../server/ids'
import { memoryLimiter, type Limiter } from '../../server/limiter'
import { createSync, type Notice } from '../../server/sync'
import { bucketsOf } from '../../server/transport/address'
import { applyPull, emptyStream, type Frame, type Stream } from '../../src/engine/mirror/merge'

export type Answer<N extends OpName> = Result<Output<N>, OpError<N>>
export type Ask = <N extends OpName>(op: N, input: Input<N>) => Promise<Answer<N>>

export interface Person {
  readonly name: string
  readonly account: string
  readonly password: string
  readonly userId: UserId
  readonly tokens: Output<'accounts.signIn'>
  /** Calls as this person's first device. */
  readonly call: Ask
  /** The same, for calls that must succeed. */
  must<N extends OpName>(op: N, input: Input<N>): Promise<Output<N>>
  /** Everything this person's phone gets when it starts with nothing: his own stream, or a conversation. */
  snapshot(stream?: StreamId): Promise<Stream>
  /** Live frames since the last time somebody asked, in order. */
  heard(): Frame[]
}

export type World = Awaited<ReturnType<typeof createWorld>>

/** Fast, and of the same kind as in production. */
const cheap = { memoryKiB: 64, passes: 1, lanes: 1 }
/** As in production, a thousandth of the work. */
const easy = (failures: number): number => Math.ceil(workOf(failures) / 1_000)
const generous: Limiter = { take: async () => 0 }
const startMs = Date.UTC(2026, 10, 21, 9)
export const device = { name: 'Test phone', platform: 'h5' } as const
let clientIds = 0
export const freshClientId = (): string => `client-${String(++clientIds).padStart(8, '0')}`

/** `limiter`: absent, nobody is limited. */
export async function createWorld(db: Db, { limiter = generous }: { limiter?: Limiter } = {}) {
  let now = startMs
  let people = 0
  const clock = { now: () => now, advance: (ms: number) => void (now += ms) }
  const tools: Tools = { now: clock.now, token: (bytes) => randomBytes(bytes).toString('base64url') }
  const complaints: object[] = []
  const log = {
    warn: (fields: object) => void complaints.push(fields),
    error: (fields: object) => void complaints.push(fields),
  }
  const sent = new Map<UserId, Frame[]>()
  const notices: Notice[] = []
  const deliver = {
    isOnline: (user: UserId) => sent.has(user),
    send: (user: UserId, text: string) => {
      for (const frame of decodeDown(text))
        if (frame.t === 'ev' && frame.ev === 'sync.changed') sent.get(user)?.push(frame.data as Frame)
    },
    notify: (notice: Notice) => void notices.push(notice),
  }
  const streams = { sources: [...accountsSources, ...chatSources, ...contactsSources], ...chatAudience }
  const sync = createSync({ db, streams, bus: memoryHub().join(), deliver, clock, log })
  const newId = idMaker({ node: 1, fromMs: 0, untilMs: () => Number.MAX_SAFE_INTEGER }, clock.now)
  const onFatal = (error: unknown) => void complaints.push({ fatal: error })
  const commit = createCommit({ db, tools, newId, publisher: sync.publisher, onFatal, log })
  const secret = 'a secret of tests, 32 chars long'
  const tokens = createTokens(secret)
  const networkOf = (address: string) => bucketsOf(address).network
  const challenges = createChallenges({ secret, token: tools.token, networkOf, work: easy })
  const deeds = readDeeds(memoryLimiter({ now: clock.now }), commit)
  const handlers: Handlers = {
    ...sync.handlers,
    ...domainHandlers({ tokens, passwords: createPasswords(cheap), challenges }, deeds),
  }
  const funnel = createDispatch({
    ops,
    handlers,
    commit,
    db,
    tools,
    limiter,
    log,
    checkOutput: true,
  })
  const authenticate = createAuthenticate(tokens, clock.now)

  const as =
    (caller: Caller): Ask =>
    async <N extends OpName>(op: N, input: Input<N>) =>
      (await funnel.dispatch({ op, input, caller })) as Answer<N>
  const anonymous = as({ kind: 'anonymous', address: 'test' })

  /** A registered user whose first device is signed in and listens. */
  async function person(name: string): Promise<Person> {
    const account = `user_${++people}`
    const password = `password of ${account}`
    const registered = await anonymous('accounts.register', {
      ...{ clientId: freshClientId(), account, password, name, device },
    })
    const tokens = valueOf('accounts.register', registered)
    const { userId, sessionId } = tokens
    const call = as({ kind: 'user', userId, sessionId, address: 'test' })
    sent.set(userId, [])
    return {
      ...{ name, account, password, userId, tokens, call },
      must: async (op, input) => valueOf(op, await call(op, input)),
      snapshot: (stream = userId) => follow(call, stream, emptyStream()),
      heard: () => sent.get(userId)?.splice(0) ?? [],
    }
  }

  return {
    ...{ db, clock, tokens, anonymous, as, person, notices, complaints, authenticate, sync },
    /** Waits until everything committed so far has been told. */
    told: () => sync.publisher.idle(),
    async close() {
      await funnel.close()
      await commit.close()
      await sync.close()
      await db.close()
    },
  }
}

/** Pulls a stream onto what is held of it, page by page, until the head is reached. */
export async function follow(call: Ask, stream: StreamId, held: Stream, limit = 200): Promise<Stream> {
  for (;;) {
    const page = valueOf('sync.pull', await call('sync.pull', { stream, since: held.version, limit }))
    const applied = applyPull(held, page)
    if (applied !== 'applied') throw new Error(`a page was not applied: ${applied}`)
    if (!page.more) return held
  }
}

function valueOf<N extends OpName>(op: N, answer: Answer<N>): Output<N> {
  if (!answer.ok) throw new Error(`${op}: ${JSON.stringify(answer.error)}`)
  return answer.value
}

/** Makes two people friends; their conversation. */
export async function befriend(a: Person, b: Person): Promise<number> {
  const { requestId } = await a.must('contacts.requestFriend', {
    ...{ clientId: freshClientId(), userId: b.userId, message: 'hello' },
  })
  const accepted = await b.must('contacts.acceptRequest', { clientId: freshClientId(), requestId })
  return accepted.conversationId
}

/** Input of a text message. */
export const textOf = (conversationId: number, text: string, seenSeq = 0, clientId = freshClientId()) => ({
  ...{ conversationId, clientId, seenSeq },
  body: { kind: 'text' as const, text },
})
