/** The engine's public face: what stores tell it and what they read from it. */
import type { Input, OpName, Output } from '../../protocol'
import type { ClientId, ConversationId, Seq, TimeMs, UserId } from '../../protocol/ids'
import type { ErrorCode, Result } from '../../protocol/errors'
import type { MessageBody, Profile } from '../../protocol/records'

export type Intent =
  /** Any operation. Writes go through the outbox (saved before they are sent), reads straight to the link. */
  | { [N in OpName]: { is: 'call'; op: N; input: Omit<Input<N>, 'clientId'> } }[OpName]
  | { is: 'signOut' }
  /** Gives up signing in while a challenge is worked on. */
  | { is: 'stopCheck' }
  /** The room on screen, or none: its messages are kept in the view and marked as read while they are seen. */
  | { is: 'openRoom'; conversationId: ConversationId | null }
  /** Greatest seq that was really drawn on the screen. */
  | { is: 'seen'; conversationId: ConversationId; seq: Seq }
  | { is: 'loadOlder'; conversationId: ConversationId }
  | { is: 'setDraft'; conversationId: ConversationId; text: string }
  | { is: 'resend'; clientId: ClientId }
  /** Takes back an act that has not left the phone, or one that failed. */
  | { is: 'cancel'; clientId: ClientId }
  /** This page shall own the account's outbox (two tabs). */
  | { is: 'takeOver' }
  | { is: 'network'; online: boolean }
  | { is: 'foreground' }
  | { is: 'background' }

/** Whoever tells an intent gets a ticket; its result comes through `onSettled`, once, perhaps before `tell` returns. */
export type Ticket = number
export type CallResult<N extends OpName = OpName> = Result<Output<N>>

export type SessionView =
  | { state: 'loading' }
  /** `checking`: somebody guesses at the account, and signing in takes some work of the phone (A17). */
  | { state: 'signedOut'; because?: 'signedOut' | 'revoked'; checking?: true }
  | { state: 'signedIn'; userId: UserId; me: Profile | undefined }
  /** Another tab owns this account's outbox. */
  | { state: 'elsewhere' }

/**
 * `live`: the view is current. `connecting`, `syncing`: shown in the title. Also a bar under it have `offline`, where the
 * device has no network, and `unreachable`, where it has one and the server does not answer.
 */
export type LinkView = 'live' | 'connecting' | 'syncing' | 'offline' | 'unreachable'

/** What a message of mine is doing. `waiting`: saved, no link; `sending`: on its way since `since`; */
export type SendState =
  | { state: 'sent' }
  | { state: 'waiting' }
  | { state: 'sending'; since: TimeMs }
  | { state: 'failed'; code: ErrorCode }

export interface ChatRowView {
  conversationId: ConversationId
  peer: Profile | undefined
  peerId: UserId
  /** Newest message or pending act; undefined in an empty conversation. */
  last: { body: MessageBody; mine: boolean; at: TimeMs; send: SendState } | undefined
  at: TimeMs
  unread: number
  draft: string
}
export interface MessageView {
  /** Stable through sending and ack: the clientId for messages of mine, `s<seq>` for all others. */
  key: string
  clientId: ClientId
  seq: Seq | undefined
  from: UserId
  mine: boolean
  at: TimeMs
  body: MessageBody
  send: SendState
  /** Mine and at or below the peer's read mark. */
  readByPeer: boolean
}
export interface RoomView {
  conversationId: ConversationId
  peer: Profile | undefined
  peerId: UserId | undefined
  me: UserId | undefined
  messages: readonly MessageView[]
  /** Older messages exist on the server. */
  more: boolean
  loadingOlder: boolean
  /** My read position when the room was opened: the unread divider stands after it. undefined: not known yet. */
  openedAtSeq: Seq | undefined
  unread: number
  draft: string
  canSpeak: { ok: true } | { ok: false; code: ErrorCode }
}
export interface ContactView {
  profile: Profile
  conversationId: ConversationId | undefined
}
/** An asking or answering of mine that the server has not taken yet. */
export interface PendingAct {
  clientId: ClientId
  send: SendState
  /** It has not left the phone: it can be taken back (O6). */
  free: boolean
}
export interface RequestView {
  key: string
  /** undefined: the server knows nothing of it yet. */
  id: number | undefined
  incoming: boolean
  peer: Profile | undefined
  peerId: UserId
  message: string
  /** With my answer folded on. */
  state: 'pending' | 'accepted' | 'refused'
  at: TimeMs
  act: PendingAct | undefined
}

/** What changed since the last call. Stores read again only what they show. */
export type Topic = 'session' | 'link' | 'chats' | 'room' | 'contacts'

export interface Engine {
  /** Loads the store, then runs. Call once. */
  start(): void
  stop(): void
  tell(intent: Intent): Ticket
  onSettled(listener: (ticket: Ticket, result: Result<unknown>) => void): void
  onChanged(listener: (topics: ReadonlySet<Topic>) => void): void
  session(): SessionView
  link(): LinkView
  /** The link is up, and every stream reached the head it was told of [Y7]. Unlike `link` it knows no grace; topic `link`. */
  current(): boolean
  /** The server's time now, as far as it is known (W24). Jumps only with topic `link`. */
  now(): TimeMs
  /** Newest first. */
  chats(): ChatRowView[]
  unreadTotal(): number
  room(id: ConversationId): RoomView
  /** Anybody's that is known here. */
  profile(id: UserId): Profile | undefined
  /** In order of letter (# last) and sortKey. */
  contacts(): ContactView[]
  /** Newest first. */
  requests(): RequestView[]
  /** Acts that have not reached the server yet: signing out would lose them. */
  pendingCount(): number
}
