/** The server without sockets: domains, funnel, commit and sync on one database. Used by main.ts and by the simulator. */
import { ops } from '../protocol'
import type { SessionId, UserId } from '../protocol/ids'
import {
  accountsHandlers,
  accountsSources,
  createAuthenticate,
  createChallenges,
  createPasswords,
  createTokens,
} from './accounts'
import {
  missLimit,
  productionCost,
  sessionIsOpen,
  type AccountsDeps,
  type PasswordCost,
  type SessionFacts,
  type Sight,
} from './accounts'
import type { Bus } from './bus/bus'
import { localPresence, type Presence } from './bus/presence'
import { chatAcquaintances, chatAudience, chatHandlers, chatSources } from './chat'
import type { Commit, OpenCommit } from './commit'
import { contactsAcquaintances, contactsHandlers, contactsSources, noteFind } from './contacts'
import type { Find, Remember } from './contacts'
import type { Db } from './db/connection'
import { createDispatch, type Funnel } from './dispatch'
import type { Log } from './failure'
import type { Handlers, Tools } from './handle'
import { memoryLimiter, type Limiter } from './limiter'
import type { Load } from './load'
import { createSync, type After, type Deliver } from './sync'
import { bucketsOf } from './transport/address'

export interface AppOptions {
  db: Db
  bus: Bus
  /** Sockets of this node. */
  deliver: Deliver
  tools: Tools
  /** Absent: this process's timers. */
  after?: After
  openCommit: OpenCommit
  /** Signs access tokens; 32 characters or more. */
  secret: string
  log: Log
  passwordCost?: PasswordCost
  limiter?: Limiter
  /** Made of who is connected to this node. Absent: nobody else knows. */
  presence?: (isHere: (user: UserId) => boolean) => Presence
  /** Absent: what this app counts by itself. */
  load?: Load
  checkOutput?: boolean
}
export interface App extends Pick<Funnel, 'dispatch' | 'turnsAway' | 'isBusy'> {
  /** Who an access token belongs to, while his session lasts (A4). */
  authenticate(token: string): Promise<SessionFacts | undefined>
  /** Answer to a ping: the digest (Y9), or undefined when the session has ended. */
  pulse(userId: UserId, sessionId: SessionId): Promise<number | undefined>
  /** Who is connected, here or on another node (Y15); transports tell who comes and goes. */
  readonly presence: Pick<Presence, 'touch' | 'online'>
  /** Starts to read what other nodes wrote. */
  start(): void
  /** Accepted calls are answered, later ones get `draining` (F11); then everything is told that is left to tell. */
  close(): Promise<void>
}

/** What accounts is made of. `secret` signs tokens and challenges; `token`: dice. */
export const accountsDeps = (
  secret: string,
  token: Tools['token'],
  cost: PasswordCost = productionCost,
): AccountsDeps => ({
  tokens: createTokens(secret),
  passwords: createPasswords(cost),
  challenges: createChallenges({ secret, token, networkOf: (address) => bucketsOf(address).network }),
})

/** What reads do beside reading. The writing thread, which has no reads, has none of it. */
export interface ReadDeeds {
  countMiss: Sight['countMiss']
  remember: Remember
}
const noDeeds: ReadDeeds = { countMiss: async () => 0, remember: async () => undefined }

/** What the domains do. */
export const domainHandlers = (accounts: AccountsDeps, { countMiss, remember } = noDeeds) => ({
  ...accountsHandlers(accounts, { acquaintances: [chatAcquaintances, contactsAcquaintances], countMiss }),
  ...chatHandlers(),
  ...contactsHandlers(remember),
})

/** By the limiter of calls, so that misses count over all nodes; finds by the queue of writes. */
export const readDeeds = (limiter: Limiter, commit: Commit): ReadDeeds => ({
  countMiss: (user) => limiter.take('accounts.getProfiles misses', user, missLimit),
  remember: (find: Find) =>
    commit.write({ op: 'contacts.noteFind', handler: noteFind, call: { input: find, ...byItself } }),
})
const byItself = { caller: { kind: 'system' }, prepared: undefined } as const

export function createApp(options: AppOptions): App {
  const { db, bus, deliver, tools, after, log } = options
  const accounts = accountsDeps(options.secret, tools.token, options.passwordCost)
  const streams = { sources: [...accountsSources, ...chatSources, ...contactsSources], ...chatAudience }
  const presence = (options.presence ?? localPresence)((user) => sync.isHere(user))
  const { touch: touched } = presence
  const sync = createSync({ db, streams, bus, deliver, clock: tools, after, touched, log })
  const commit = options.openCommit(sync.publisher)
  const limiter = options.limiter ?? memoryLimiter()
  const handlers: Handlers = {
    ...sync.handlers,
    ...domainHandlers(accounts, readDeeds(limiter, commit)),
  }
  const checkOutput = options.checkOutput ?? false
  const { load } = options
  const funnel = createDispatch({ ops, handlers, commit, db, tools, limiter, load, log, checkOutput })
  const authenticate = createAuthenticate(accounts.tokens, tools.now)
  return {
    dispatch: funnel.dispatch,
    turnsAway: funnel.turnsAway,
    isBusy: funnel.isBusy,
    authenticate: (token) => authenticate(db, token),
    async pulse(userId, sessionId) {
      return (await sessionIsOpen(db, { userId, sessionId })) ? sync.digestFor(userId) : undefined
    },
    presence,
    start: sync.start,
    async close() {
      const answered = funnel.close()
      sync.stopWaiting()
      await answered
      await commit.close()
      await sync.close()
      await presence.close()
    },
  }
}
