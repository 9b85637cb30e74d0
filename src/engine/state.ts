/** The engine's whole state. Only `step` changes it, in place. */
import type { Output, ReadOpName } from '../../protocol'
import type { ErrorCode } from '../../protocol/errors'
import type { ClientId, ConversationId, Seq, StreamId, TimeMs, UserId } from '../../protocol/ids'
import type { Profile } from '../../protocol/records'
import type { ActOp } from './acts'
import type { LinkView, Ticket, Topic } from './face'
import type { Happening } from './inputs'
import { emptyStream, type Frame, type Stream } from './mirror/merge'
import type { Challenge, DevicePort, SteadyMs } from './ports'
import { newTime, type Time } from './time'

export type Session = Output<'accounts.refresh'>
/** Writes that are sessions' and go over HTTP; every other write is an act of the outbox. */
export type SessionOp = 'accounts.register' | 'accounts.signIn' | 'accounts.refresh' | 'accounts.signOut'

/** The server's time from which an act's age counts: told by the server, guessed by the device's clock, or not known. */
export interface Before {
  since: TimeMs | undefined
  sure: boolean
}

/** A write on its way: saved, sent, answered, and gone when its row is in the mirror. */
export interface Act {
  clientId: ClientId
  op: ActOp
  input: unknown
  /** Rises with each act of the account; the order of leaving and of showing. */
  order: number
  /** When it was made, by the server's time as far as it was known (W24). */
  at: TimeMs
  /** From when its age counts (a resend starts anew). */
  since: SteadyMs
  /** What an earlier run knew of that, until the server tells the time (O11). */
  before: Before | undefined
  /** Set: the act failed for this reason. */
  failed: ErrorCode | undefined
  /** Saved before the first send: the act may have reached the server. */
  left: boolean
  /** It did leave in this run, or in an earlier one as far as is known. */
  sent: boolean
  sentAt: TimeMs | undefined
  /** The request that is unanswered. */
  call: number | undefined
  tries: number
  retryAt: SteadyMs
  /** The answer, while the row has not entered the mirror yet, and when it is time to look why. */
  output: unknown
  landBy: SteadyMs | undefined
  ticket: Ticket | undefined
}

/** A request, by what its answer is for. */
export type Purpose =
  | { is: 'heads' }
  /** The first heads by REST: does it work? (W10) */
  | { is: 'probe' }
  /** The call that waits for news while there is no socket (Y14); `digest`: the one it was sent with. */
  | { is: 'wait'; digest: number }
  | { is: 'pull'; stream: StreamId }
  | { is: 'profiles'; ids: UserId[] }
  | { is: 'act'; clientId: ClientId }
  | { is: 'read'; read: Read }
  | { is: 'older'; ticket: Ticket; conversationId: ConversationId; beforeSeq: Seq }
export interface Request {
  purpose: Purpose
  dueAt: SteadyMs
  /** Went by REST with this token; undefined: on the socket. */
  token: string | undefined
}
export interface Read {
  ticket: Ticket
  op: ReadOpName
  input: unknown
  dueAt: SteadyMs
  /** How often a server that stops has sent it away, and from when it may be asked again. */
  tries: number
  retryAt: SteadyMs
}

/** off → waiting → (refreshing → storing →) opening → greeting → (proving →) up; back to waiting whenever it breaks. */
export interface Link {
  phase: 'off' | 'waiting' | 'refreshing' | 'storing' | 'opening' | 'greeting' | 'proving' | 'up'
  /** Number of the socket in use; events of others are ignored. */
  socket: number
  /** Attempts since the line was last steady; they lengthen the waits. */
  tries: number
  /** Sockets in a row that were never welcomed, or were cut soon after (W10). */
  fails: number
  /** Sockets that were tried beside a poll that worked. */
  trials: number
  retryAt: SteadyMs
  /** `bye.afterMs`: not before this, whatever happens. */
  notBefore: SteadyMs
  /** Opening, greeting, proving and refreshing end here. */
  dueAt: SteadyMs
  openedAt: SteadyMs
  welcomeAt: SteadyMs
  heardAt: SteadyMs
  /** The access token did not hold: refresh before opening. */
  renew: boolean
  refreshCall: number | undefined
  pingAt: SteadyMs
  pongBy: SteadyMs | undefined
  /** An attempt failed since the link went down. */
  failed: boolean
}

/**
 * The other carrier, where no socket lasts (W10): requests go by REST, and one call waits for news. off → probing → up ⇄
 * renewing (its token); off as soon as an answer fails to come, or a socket has proven itself.
 */
export interface Poll {
  phase: 'off' | 'probing' | 'up' | 'renewing'
  /** REST is not tried before this; Infinity: it was, beside the present attempt at a socket. */
  probeAt: SteadyMs
  upSince: SteadyMs
  renewedAt: SteadyMs
  /** When the last call that waits left. */
  waitedAt: SteadyMs
  /** Not before this: the server asked for patience. */
  waitAt: SteadyMs
  waitTries: number
  /** The digest that the server has contradicted. */
  contradicted: number | undefined
}

/** What the title says of the link, and since when there is something to say. */
export interface Header {
  shown: LinkView
  /** Some carrier was up at the end of the last step. */
  wasUp: boolean
  downSince: SteadyMs
  /** Since when the view is not current; undefined: it is. */
  staleSince: SteadyMs | undefined
}

export interface Pull {
  sent: boolean
  tries: number
  retryAt: SteadyMs
  /** Frames that came meanwhile (Y7). */
  frames: Frame[]
  /** Too many frames waited and were dropped: pull once more. */
  again: boolean
}
export interface CatchUp {
  /** Walk over the pages of heads, or none. */
  heads: { sent: boolean; cursor: string | null; unlisted: Set<StreamId>; retryAt: SteadyMs } | undefined
  pulls: Map<StreamId, Pull>
}

/** Everything of the one signed-in account. Gone as a whole when the session ends. */
export interface Account {
  session: Session
  /** Until when the access token is worth sending, as far as is known here (W25). */
  tokenUntil: SteadyMs
  user: Stream
  conversations: Map<ConversationId, Stream>
  profiles: Map<UserId, Profile>
  /** Profiles to fetch, and ids that were asked for on this connection. */
  wantedProfiles: Set<UserId>
  askedProfiles: Set<UserId>
  profilesRetryAt: SteadyMs
  /** The one-to-one conversation with a peer. */
  directs: Map<UserId, ConversationId>
  /** In order. */
  acts: Map<ClientId, Act>
  lastOrder: number
  drafts: Map<ConversationId, string>
  /** Greatest seq that was drawn, by conversation. */
  drawn: Map<ConversationId, Seq>
  catchUp: CatchUp
  stamps: Stamps
}
/** What changed, for views that keep what they built. */
export interface Stamps {
  rooms: Map<ConversationId, number>
  /** Rows of the chat list to build anew; `chats()` empties it. */
  staleChats: Set<ConversationId>
  contacts: number
}

/** What is stored, what is to be stored, and what is being stored: by key. Values are made when a batch leaves. */
export interface Disk {
  stored: Set<string>
  urgent: Set<string>
  lazy: Set<string>
  lazyAt: SteadyMs
  writing: Set<string> | undefined
  /** Number of the batch that is on its way. */
  save: number
  /** Storage is short: the mirror is not stored any more (O9). */
  short: boolean
}

/** Signing in or registering, until it is answered. */
export interface SigningIn {
  ticket: Ticket
  op: 'accounts.register' | 'accounts.signIn'
  input: Record<string, unknown>
  /** What is under way: a request, or the work on a challenge. */
  call: number | undefined
  /** The server wants a challenge answered (A17). */
  check: 'asking' | SealedChallenge | undefined
  /** Challenges that were answered. */
  answers: number
}
/** `signature` makes it the server's. */
export type SealedChallenge = Challenge & { signature: string }
/** By which the server knows this device when an account signs in again (A16). */
export interface DeviceToken {
  /** In lower case. */
  account: string
  token: string
}
export type HttpPurpose = { is: 'signIn' } | { is: 'challenge' } | { is: 'refresh' } | { is: 'leave' }

/** A sign-out of which the server has not heard (A10). Only the refresh token is stored. */
export interface Leaving {
  refreshToken: string
  /** Not known to have run out. */
  accessToken: string | undefined
  /** The access token was made for this try. */
  renewed: boolean
  call: number | undefined
  tries: number
  retryAt: SteadyMs
}

export interface State {
  device: DevicePort
  /** undefined: asked, not answered yet. */
  owned: boolean | undefined
  /** Another page owns what is stored here, and somebody is signed in there; undefined: that is being looked at (O14). */
  elsewhere: boolean | undefined
  /** Nobody is signed in here any more: another page may own it. */
  offers: boolean
  startedAt: SteadyMs
  time: Time
  load: number
  loaded: boolean
  /** Intents that wait for the store. */
  early: Extract<Happening, { is: 'intent' }>[]
  account: Account | undefined
  endedBecause: 'signedOut' | 'revoked' | undefined
  signingIn: SigningIn | undefined
  /** clientId of a registration that may have reached the server (A7). */
  registering: { account: string; clientId: ClientId } | undefined
  leaving: Leaving[]
  /** The newest last. */
  devices: DeviceToken[]
  /** Stored acts and drafts of accounts that are not signed in. */
  shelf: Map<string, string>
  foreground: boolean
  online: boolean
  room: { conversationId: ConversationId; openedAtSeq: Seq | undefined } | undefined
  loadingOlder: Set<ConversationId>
  link: Link
  poll: Poll
  header: Header
  requests: Map<number, Request>
  https: Map<number, HttpPurpose>
  reads: Read[]
  lastCall: number
  disk: Disk
  topics: Set<Topic>
  wakeAt: SteadyMs | null
}

export const newAccount = (session: Session, tokenUntil: SteadyMs): Account => ({
  session,
  tokenUntil,
  user: emptyStream(),
  conversations: new Map(),
  profiles: new Map(),
  wantedProfiles: new Set(),
  askedProfiles: new Set(),
  profilesRetryAt: 0,
  directs: new Map(),
  acts: new Map(),
  lastOrder: 0,
  drafts: new Map(),
  drawn: new Map(),
  catchUp: { heads: undefined, pulls: new Map() },
  stamps: { rooms: new Map(), staleChats: new Set(), contacts: 0 },
})

export const newLeaving = (refreshToken: string): Leaving => ({
  refreshToken,
  accessToken: undefined,
  renewed: false,
  call: undefined,
  tries: 0,
  retryAt: 0,
})

export const newLink = (): Link => ({
  phase: 'off',
  socket: 0,
  tries: 0,
  fails: 0,
  trials: 0,
  retryAt: 0,
  notBefore: 0,
  dueAt: 0,
  openedAt: 0,
  welcomeAt: 0,
  heardAt: 0,
  renew: false,
  refreshCall: undefined,
  pingAt: 0,
  pongBy: undefined,
  failed: false,
})

export const newPoll = (): Poll => ({
  phase: 'off',
  probeAt: 0,
  upSince: 0,
  renewedAt: -Infinity,
  waitedAt: -Infinity,
  waitAt: 0,
  waitTries: 0,
  contradicted: undefined,
})

/** Nothing was ever current: what there is to say is said at once. */
export const newHeader = (now: SteadyMs): Header => ({
  shown: 'live',
  wasUp: false,
  downSince: now,
  staleSince: -Infinity,
})

export const newDisk = (): Disk => ({
  stored: new Set(),
  urgent: new Set(),
  lazy: new Set(),
  lazyAt: 0,
  writing: undefined,
  save: 0,
  short: false,
})

/** State before `start`. */
export const newState = (device: DevicePort): State => ({
  device,
  owned: undefined,
  elsewhere: undefined,
  offers: false,
  startedAt: 0,
  time: newTime(),
  load: 0,
  loaded: false,
  early: [],
  account: undefined,
  endedBecause: undefined,
  signingIn: undefined,
  registering: undefined,
  leaving: [],
  devices: [],
  shelf: new Map(),
  foreground: true,
  online: true,
  room: undefined,
  loadingOlder: new Set(),
  link: newLink(),
  poll: newPoll(),
  header: newHeader(0),
  requests: new Map(),
  https: new Map(),
  reads: [],
  lastCall: 0,
  disk: newDisk(),
  topics: new Set(),
  wakeAt: null,
})
