/**
 * The engine as a state machine: one input in, what is to be done out. Total: no input makes it throw. No I/O, no clock,
 * no dice: time and chance come with the input. The state is changed in place and belongs to `step` alone.
 */
import { isUp, type Turn } from './turn'
import { decodeDown, type Down } from '../../protocol/wire'
import { serverTold } from './ages'
import { advanceCatchUp, digestCame, frameCame } from './catch-up'
import { advanceDisk, lastBatch, saved, saveFailed } from './disk'
import type { Effect } from './effects'
import { advanceHeader } from './header'
import type { Input } from './inputs'
import { hearEarly, intentCame, lookAtLine } from './intents'
import { advanceLeaving, leaveAnswered } from './leaving'
import { advanceLink, broke, bye, closeLink, greet, proven, refreshed, welcomed } from './link'
import { actsUnstored, advanceOutbox } from './outbox'
import { advanceOwner, looked, offerIt, owned } from './owning'
import type { HttpAnswer } from './ports'
import { advancePoll } from './poll'
import { advanceProfiles } from './profiles'
import { advanceReads } from './reads'
import { advanceRequests, answered, restAnswered } from './requests'
import { endSession, loaded } from './session'
import { advanceSignIn, challengeAnswered, signInAnswered, solved } from './sign-in'
import { failureIn, isChanged, isEnded, waitIn } from './shapes'
import type { State } from './state'
import { guessTime, hasLeapt } from './time'

export function step(state: State, input: Input): { state: State; effects: Effect[] } {
  const { now, wall, unit } = input
  const turn: Turn = { state, now, wall, unit, effects: [], wakeAt: null }
  if (hasLeapt(turn)) lookAtLine(turn)
  take(turn, input)
  if (input.is !== 'stop') advance(turn)
  if (turn.wakeAt !== state.wakeAt) {
    state.wakeAt = turn.wakeAt
    turn.effects.push({ do: 'wakeAt', at: turn.wakeAt })
  }
  if (state.topics.size > 0) {
    turn.effects.push({ do: 'changed', topics: state.topics })
    state.topics = new Set()
  }
  return { state, effects: turn.effects }
}

function take(turn: Turn, input: Input): void {
  const { state } = turn
  switch (input.is) {
    case 'start':
      state.startedAt = turn.now
      guessTime(turn)
      return void turn.effects.push({ do: 'claim', steal: false })
    case 'stop':
      lastBatch(turn, new Set([...state.disk.urgent, ...state.disk.lazy]))
      return closeLink(turn)
    case 'owner':
      return owned(turn, input.owned)
    case 'loaded':
      if (input.load !== state.load || state.loaded) return
      if (state.owned === false) return looked(turn, input.entries)
      if (!state.owned) return
      loaded(turn, input.entries)
      return hearEarly(turn)
    case 'saved':
      return saved(turn, input.save)
    case 'saveFailed': {
      const acts = saveFailed(turn, input.save)
      return state.account && actsUnstored(turn, state.account, acts)
    }
    case 'opened':
      if (input.socket === state.link.socket) greet(turn)
      return
    case 'text':
      if (input.socket === state.link.socket) heard(turn, input.text)
      return
    case 'closed':
      if (input.socket === state.link.socket) broke(turn)
      return
    case 'answer':
      return httpAnswered(turn, input.call, input.answer)
    case 'solved':
      return solved(turn, input.work, input.number)
    case 'wake':
      // The clock's one alarm has rung: whoever needs another asks for it again.
      state.wakeAt = null
      return
    case 'intent':
      return intentCame(turn, input)
  }
}

/** Whatever is due, in an order in which each part sees what the one before it did. */
function advance(turn: Turn): void {
  const { state } = turn
  advanceOwner(turn)
  advanceSignIn(turn)
  advanceLeaving(turn)
  advanceLink(turn)
  const { account } = state
  if (account) {
    advanceRequests(turn, account)
    advanceLink(turn)
    advancePoll(turn, account)
    advanceCatchUp(turn, account)
    advanceProfiles(turn, account)
    advanceOutbox(turn, account)
  }
  advanceDisk(turn)
  offerIt(turn)
  advanceHeader(turn)
  advanceReads(turn)
}

function heard(turn: Turn, text: string): void {
  const { link } = turn.state
  const socket = link.socket
  link.pongBy = undefined
  link.heardAt = turn.now
  for (const frame of decodeDown(text)) {
    // A frame may have ended this socket; what follows it is of an old one.
    if (link.socket !== socket) return
    frameHeard(turn, frame)
  }
}

function frameHeard(turn: Turn, frame: Down): void {
  const { account } = turn.state
  if (!account) return
  if (frame.t === 'bye') return byeHeard(turn, frame)
  if (frame.t === 'welcome') {
    serverTold(turn, frame.now)
    return welcomed(turn, account)
  }
  if (frame.t === 'pong') proven(turn, account)
  if (!isUp(turn.state)) return
  if (frame.t === 'res')
    answered(
      turn,
      account,
      frame.id,
      frame.ok ? { ok: true, value: frame.out } : { ok: false, error: failureIn(frame.error) },
    )
  if (frame.t === 'pong') digestCame(turn, account, frame.digest)
  if (frame.t === 'ev') eventHeard(turn, frame.ev, frame.data)
}

function byeHeard(turn: Turn, frame: Extract<Down, { t: 'bye' }>): void {
  const { code } = failureIn(frame.error)
  if (code === 'sessionEnded') return endSession(turn, 'revoked', true)
  bye(turn, code, waitIn(frame.afterMs))
}

/** Events that this version does not know are left alone. */
function eventHeard(turn: Turn, name: string, data: unknown): void {
  const { account } = turn.state
  if (name === 'sync.changed' && account && isChanged(data)) frameCame(turn, account, data)
  if (name === 'session.ended' && isEnded(data)) endSession(turn, data.reason, true)
}

function httpAnswered(turn: Turn, call: number, answer: HttpAnswer): void {
  const { https, account, link } = turn.state
  // A socket tells it better: between here and the server something may put its own time on an answer.
  if (link.phase !== 'up') serverTold(turn, answer.at)
  const purpose = https.get(call)
  if (!purpose) return account && restAnswered(turn, account, call, answer)
  https.delete(call)
  switch (purpose.is) {
    case 'signIn':
      return signInAnswered(turn, call, answer)
    case 'challenge':
      return challengeAnswered(turn, call, answer)
    case 'refresh':
      if (refreshed(turn, call, answer) === 'ended') endSession(turn, 'revoked', true)
      return
    case 'leave':
      return leaveAnswered(turn, call, answer)
  }
}
