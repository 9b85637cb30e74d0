/**
 * What the outbox knows of each write operation. A new one does not compile without a row here.
 * Session operations (register, sign in, refresh, sign out) are no acts: they go over HTTP and are not repeated.
 */
import type { Input, Output, WriteOpName } from '../../protocol'
import type { ConversationId } from '../../protocol/ids'
import type { RowOf } from '../../protocol/records'
import { firstFrom } from './mirror/merge'
import { ownMessage, placeOf } from './mirror/look'
import type { Account, Act, SessionOp } from './state'
import { meOf, streamOf } from './turn'

export type ActOp = Exclude<WriteOpName, SessionOp>
/** What the user gives for an act; the engine adds the clientId. */
export type ActInput<N extends ActOp> = { [M in N]: Omit<Input<M>, 'clientId'> }[N]
interface ActRule<N extends ActOp> {
  /** Acts of one conversation leave one by one, in order (O2). Acts of none share a lane of the account. */
  conversation(input: Input<N>): ConversationId | undefined
  /**
   * The answer, once what the act did is in the mirror (O5); `output` is the server's answer, if it has come. An act
   * that has landed leaves the outbox.
   */
  landed(account: Account, act: Act, input: Input<N>, output: Output<N> | undefined): Output<N> | undefined
  /** A failed one stays and is shown, to be sent again or taken back (O4, O6). */
  staysFailed: boolean
}
type Table = { [N in WriteOpName]: N extends ActOp ? ActRule<N> : 'session' }

const request = (account: Account, id: number): RowOf<'request'> | undefined =>
  account.user.rows.get(`request:${id}`) as RowOf<'request'> | undefined
const isClosed = (account: Account, id: number): boolean => {
  const row = request(account, id)
  return row !== undefined && row.state !== 'pending'
}

const table: Table = {
  'accounts.register': 'session',
  'accounts.signIn': 'session',
  'accounts.refresh': 'session',
  'accounts.signOut': 'session',
  'chat.sendMessage': {
    conversation: (input) => input.conversationId,
    landed(account, act, input, output) {
      const stream = streamOf(account, input.conversationId)
      const row = ownMessage(stream, meOf(account), act.clientId)
      if (row) return { seq: row.seq, at: row.at }
      const passed = output && firstFrom(stream.messages, output.seq) < stream.messages.length
      return passed || (output && output.seq < stream.floorSeq) ? output : undefined
    },
    staysFailed: true,
  },
  'chat.markRead': {
    conversation: (input) => input.conversationId,
    landed(account, _act, input, output) {
      const read = placeOf(streamOf(account, input.conversationId), meOf(account))?.read
      return output && read && read.seq >= input.seq ? output : undefined
    },
    staysFailed: false,
  },
  'contacts.requestFriend': {
    conversation: () => undefined,
    landed: (account, _act, _input, output) =>
      output && request(account, output.requestId) ? output : undefined,
    staysFailed: false,
  },
  'contacts.acceptRequest': {
    conversation: () => undefined,
    landed: (account, _act, input, output) => (isClosed(account, input.requestId) ? output : undefined),
    staysFailed: false,
  },
  'contacts.refuseRequest': {
    conversation: () => undefined,
    landed: (account, _act, input, output) => (isClosed(account, input.requestId) ? output : undefined),
    staysFailed: false,
  },
}

export const isWrite = (op: string): op is WriteOpName => Object.keys(table).includes(op)
export const isActOp = (op: string): op is ActOp => isWrite(op) && table[op] !== 'session'

/** An act as what it is: `op` and `input` belong together since `addAct` took both from one intent. */
export const actIs = <N extends ActOp>(act: Act, op: N): act is Act & { op: N; input: Input<N> } =>
  act.op === op

// The table pairs each operation with its input, and `addAct` took both from one intent.
const ruleOf = (op: ActOp): ActRule<ActOp> => table[op]

export const conversationOf = (act: Act): ConversationId | undefined =>
  ruleOf(act.op).conversation(act.input as Input<ActOp>)
/** The answer of an act whose effect is in the mirror. */
export const landedOutput = (account: Account, act: Act): unknown =>
  ruleOf(act.op).landed(account, act, act.input as Input<ActOp>, act.output as Output<ActOp> | undefined)
export const staysFailed = (act: Act): boolean => ruleOf(act.op).staysFailed
