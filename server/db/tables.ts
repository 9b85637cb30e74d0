/**
 * Columns of every table, for Kysely and for row types. A folder reads and writes only the tables under its name.
 * Times are milliseconds since 1970, ids 53-bit integers; `json` and `hash` are text.
 */
import type { MessageBody } from '../../protocol/records'

/** sync: one row per stream. `seq`, `countable`, `last_at` belong to messages and are 0 for users. */
export interface HeadsTable {
  stream: number
  version: number
  seq: number
  countable: number
  last_at: number
}
/** sync: which stream moved how far, by time-ordered id; pruned after ten minutes. */
export interface ChangesTable {
  id: number
  stream: number
  version: number
}
/** sync: what was told to sockets, by time-ordered id; pruned after ten minutes. `session_id` 0: all of the user. */
export interface NoticesTable {
  id: number
  user_id: number
  session_id: number
  event: string
  data_json: string
}
/** commit: first successes of writes that repeat as `stored`. */
export interface RepeatsTable {
  user_id: number
  op: string
  client_id: string
  payload_hash: string
  result_json: string
  at: number
}
/** db: node numbers of the id maker, leased. */
export interface NodesTable {
  id: number
  token: string
  leased_until: number
}

/** accounts. `account_key` is the account folded to lower case; `version` is the profile row's in the user's stream. */
export interface UsersTable {
  id: number
  version: number
  account: string
  account_key: string
  name: string
  sort_key: string
  letter: string
  password_hash: string
  register_client_id: string
  created_at: number
}
export interface SessionsTable {
  id: number
  user_id: number
  refresh_hash: string
  /** Replaced but still good: its successor has not been used yet. */
  previous_hash: string | null
  device_name: string
  platform: string
  created_at: number
  used_at: number
  ended_at: number | null
}
/** `wait_until`: so long the failures count. The row is also the lock under which tries at an account are decided. */
export interface SignInFailuresTable {
  account_key: string
  failures: number
  wait_until: number
}
/**
 * accounts: what tries at an account used up, by name: a budget, `a:` an address, `n:` a network (keyed hashes). A place
 * has the times of its first answered challenge and of the account's last sign-in there, 0 when there was none.
 */
export interface SignInBudgetsTable {
  account_key: string
  name: string
  used_until: number
  first_at: number
  good_at: number
  kept_until: number
}
/** accounts: devices that signed in. `session_id`: the newest session, with which a remote end of it can take the token. */
export interface DeviceTokensTable {
  hash: string
  user_id: number
  session_id: number
  used_until: number
  created_at: number
  used_at: number
}
/** accounts: challenges that were answered. */
export interface SpentChallengesTable {
  id: string
  expires_at: number
}

/** chat */
export interface ConversationsTable {
  id: number
  version: number
  kind: 'direct'
  created_at: number
}
/** chat: the one conversation of two users; low_id < high_id. */
export interface DirectsTable {
  low_id: number
  high_id: number
  conversation_id: number
}
export interface PlacesTable {
  conversation_id: number
  user_id: number
  version: number
  role: 'member'
  /** [[first, last|null], …] of visible seqs. */
  intervals_json: string
  /** 1 while the two of a direct chat are friends. */
  friends: number
  joined_seq: number
  joined_countable: number
  cleared_seq: number
  cleared_countable: number
  read_seq: number
  read_countable: number
  last_spoke_at: number
}
/** chat: the user's list of conversations; a row of the user's stream. */
export interface EntriesTable {
  user_id: number
  conversation_id: number
  version: number
  kind: 'direct'
  peer_id: number
  at: number
}
export interface MessagesTable {
  conversation_id: number
  seq: number
  version: number
  sender_id: number
  client_id: string
  payload_hash: string
  at: number
  countable: number
  kind: MessageBody['kind']
  body_json: string
}

/** contacts */
export interface ContactsTable {
  user_id: number
  contact_id: number
  version: number
  since: number
}
/** contacts: whom somebody found by the exact account, and when; at most 100 for each user. */
export interface FindsTable {
  user_id: number
  found_id: number
  at: number
}
/** One row per direction. The sender's view keeps saying pending after a refusal, hence two versions. */
export interface RequestsTable {
  id: number
  from_id: number
  to_id: number
  from_version: number
  to_version: number
  message: string
  state: 'pending' | 'accepted' | 'refused'
  at: number
}

export interface Tables {
  heads: HeadsTable
  changes: ChangesTable
  notices: NoticesTable
  repeats: RepeatsTable
  nodes: NodesTable
  users: UsersTable
  sessions: SessionsTable
  sign_in_failures: SignInFailuresTable
  sign_in_budgets: SignInBudgetsTable
  device_tokens: DeviceTokensTable
  spent_challenges: SpentChallengesTable
  conversations: ConversationsTable
  directs: DirectsTable
  places: PlacesTable
  entries: EntriesTable
  messages: MessagesTable
  contacts: ContactsTable
  requests: RequestsTable
  finds: FindsTable
}
