/** What the user and the platform tell the engine. */
import type { ClientId, ConversationId } from '../../protocol/ids'
import { isActOp, isWrite, type ActInput } from './acts'
import { hurry, storeSoon } from './disk'
import type { Intent, Ticket } from './face'
import type { Happening } from './inputs'
import { lose, nudge } from './link'
import { checkPoll, pollDown } from './poll'
import { addAct, cancel, resend } from './outbox'
import { openRoom, seen, seenAgain } from './reading'
import { addRead, loadOlder } from './reads'
import { signOut, tellAgain } from './leaving'
import { isWayIn, look } from './owning'
import { signIn, stopCheck } from './sign-in'
import type { Account } from './state'
import { draftKey } from './stored'
import { done, meOf, refuse, touchRoom, type Turn } from './turn'

type Told = Extract<Happening, { is: 'intent' }>
type DataIntent = Extract<
  Intent,
  { is: 'call' | 'signOut' | 'seen' | 'loadOlder' | 'setDraft' | 'resend' | 'cancel' }
>

/** Intents that are about this page, not about an account. */
export function intentCame(turn: Turn, told: Told): void {
  const { state } = turn
  const { intent, ticket, id } = told
  switch (intent.is) {
    case 'network': {
      const cameBack = intent.online && !state.online
      state.online = intent.online
      if (!intent.online) offline(turn)
      else {
        nudge(turn, cameBack)
        checkPoll(turn)
        tellAgain(turn)
      }
      return done(turn, ticket)
    }
    case 'foreground':
      state.foreground = true
      lookAtLine(turn)
      if (state.owned === false) look(turn)
      if (state.account) seenAgain(turn, state.account, id)
      return done(turn, ticket)
    case 'background':
      state.foreground = false
      hurry(turn)
      return done(turn, ticket)
    case 'takeOver':
      if (!state.owned) turn.effects.push({ do: 'claim', steal: true })
      return done(turn, ticket)
    case 'stopCheck':
      return stopCheck(turn, ticket)
    case 'openRoom':
      openRoom(turn, intent.conversationId)
      return done(turn, ticket)
    case 'call':
    case 'signOut':
    case 'seen':
    case 'loadOlder':
    case 'setDraft':
    case 'resend':
    case 'cancel':
      return dataIntentCame(turn, ticket, id, intent)
  }
}

/** It may be dead without a word: the app was away, or the device slept. */
export function lookAtLine(turn: Turn): void {
  nudge(turn, false)
  checkPoll(turn)
  tellAgain(turn)
}

function offline(turn: Turn): void {
  lose(turn)
  pollDown(turn)
}

/** The others need what is stored: they wait for it, and are refused where another page owns it. */
function dataIntentCame(turn: Turn, ticket: Ticket, id: ClientId, intent: DataIntent): void {
  const { state } = turn
  if (state.owned === false) {
    if (!isWayIn(intent) || state.elsewhere) return refuse(turn, ticket, 'unavailable')
    state.early.push({ is: 'intent', ticket, id, intent })
    return look(turn)
  }
  if (!state.loaded) return void state.early.push({ is: 'intent', ticket, id, intent })
  if (intent.is === 'signOut') return signOut(turn, ticket)
  if (intent.is === 'call') {
    if (intent.op === 'accounts.register' || intent.op === 'accounts.signIn')
      return signIn(turn, intent.op, intent.input, id, ticket)
    if (intent.op === 'accounts.signOut') return signOut(turn, ticket)
  }
  if (!state.account) return refuse(turn, ticket, 'unauthenticated')
  accountIntentCame(turn, state.account, ticket, id, intent)
}

function accountIntentCame(
  turn: Turn,
  account: Account,
  ticket: Ticket,
  id: ClientId,
  intent: Exclude<DataIntent, { is: 'signOut' }>,
): void {
  switch (intent.is) {
    case 'call':
      return call(turn, account, intent, ticket, id)
    case 'seen':
      seen(turn, account, intent.conversationId, intent.seq, id)
      return done(turn, ticket)
    case 'setDraft':
      setDraft(turn, account, intent.conversationId, intent.text)
      return done(turn, ticket)
    case 'loadOlder':
      return loadOlder(turn, account, intent.conversationId, ticket)
    case 'resend':
      return resend(turn, account, intent.clientId, ticket)
    case 'cancel':
      return cancel(turn, account, intent.clientId, ticket)
  }
}

function call(
  turn: Turn,
  account: Account,
  intent: Extract<Intent, { is: 'call' }>,
  ticket: Ticket,
  id: ClientId,
): void {
  const { op, input } = intent
  if (!isWrite(op)) return addRead(turn, op, input, ticket)
  if (!isActOp(op)) return refuse(turn, ticket, 'forbidden')
  if (intent.op === 'chat.sendMessage') {
    const drawn = account.drawn.get(intent.input.conversationId) ?? 0
    const seenSeq = Math.max(intent.input.seenSeq, drawn)
    return addAct(turn, account, intent.op, { ...intent.input, seenSeq }, id, ticket)
  }
  // `op` and `input` are of one intent; the compiler loses that when it narrows `op`.
  addAct(turn, account, op, input as ActInput<typeof op>, id, ticket)
}

/** Drafts stay on this phone. An empty one is none. */
function setDraft(turn: Turn, account: Account, id: ConversationId, text: string): void {
  if (text === '') account.drafts.delete(id)
  else account.drafts.set(id, text)
  storeSoon(turn, draftKey(meOf(account), id))
  touchRoom(turn, account, id)
}

/** The store is loaded: whoever told something before is heard now. */
export function hearEarly(turn: Turn): void {
  for (const told of turn.state.early.splice(0)) intentCame(turn, told)
}
