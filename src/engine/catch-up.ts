/** Coming to hold what the server holds: heads, pulls of what differs, frames that waited. Rules Y4 to Y9 of SPEC.md. */
import type { Output } from '../../protocol'
import { retryOf, type Failure } from '../../protocol/errors'
import type { StreamId, Version } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import { digestOf } from '../../protocol/wire'
import { dropStream, landAnswered, streamChanged } from './merged'
import { applyFrame, applyPull, emptyStream, type Frame, type Stream } from './mirror/merge'
import type { Account, Pull } from './state'
import { isUp, jitteredMs, meOf, request, streamOf, wake, type Turn } from './turn'

/** Frames that wait for one pull; more are dropped, and pulled afterwards. */
const FRAMES_MAX = 500
/** Heads that were refused are asked for after a wait of this step. */
const RETRY_STEP = 2

/** The link is up: ask for all heads (Y8). What was under way on the old socket is forgotten. */
export function beginCatchUp(turn: Turn, account: Account): void {
  account.catchUp.pulls.clear()
  askHeads(turn, account)
}

/** Asks for all heads, once nothing else is being fetched. */
export function lookAgain(turn: Turn, account: Account): void {
  if (isCaughtUp(account)) askHeads(turn, account)
}

/** Pulls a stream that is known to have moved. */
export const pullStream = (account: Account, id: StreamId): void => void want(account, id)

function askHeads(turn: Turn, account: Account): void {
  const unlisted = new Set(account.conversations.keys())
  account.catchUp.heads = { sent: false, cursor: null, unlisted, retryAt: turn.now }
}

/** Every stream has reached the head it was told of, and no frame waits (Y7). */
export const isCaughtUp = ({ catchUp }: Account): boolean => !catchUp.heads && catchUp.pulls.size === 0

/** Sends what may be sent: one page of heads, and pulls up to the bound, own stream and open room first. */
export function advanceCatchUp(turn: Turn, account: Account): void {
  if (!isUp(turn.state)) return
  const { heads, pulls } = account.catchUp
  if (heads && !heads.sent) {
    if (turn.now < heads.retryAt) wake(turn, heads.retryAt)
    else {
      heads.sent = true
      request(turn, 'sync.heads', heads.cursor === null ? {} : { cursor: heads.cursor }, { is: 'heads' })
    }
  }
  let free: number = limits.pullsInFlightMax
  for (const pull of pulls.values()) if (pull.sent && --free === 0) return
  const first = [meOf(account), turn.state.room?.conversationId]
  for (const id of first) {
    const pull = id === undefined ? undefined : pulls.get(id)
    if (id !== undefined && pull && free > 0 && sendPull(turn, account, id, pull)) free--
  }
  for (const [id, pull] of pulls) {
    if (free === 0) return
    if (sendPull(turn, account, id, pull)) free--
  }
}

function sendPull(turn: Turn, account: Account, stream: StreamId, pull: Pull): boolean {
  if (pull.sent) return false
  if (turn.now < pull.retryAt) {
    wake(turn, pull.retryAt)
    return false
  }
  pull.sent = true
  const since = streamOf(account, stream).version
  request(turn, 'sync.pull', { stream, since }, { is: 'pull', stream })
  return true
}

function want(account: Account, stream: StreamId): Pull {
  const held = account.catchUp.pulls.get(stream)
  if (held) return held
  const pull: Pull = { sent: false, tries: 0, retryAt: 0, frames: [], again: false }
  account.catchUp.pulls.set(stream, pull)
  return pull
}

export function headsCame(turn: Turn, account: Account, page: Output<'sync.heads'>): void {
  const { heads } = account.catchUp
  if (!heads) return
  for (const { stream, version } of page.heads) {
    heads.unlisted.delete(stream)
    if (streamOf(account, stream).version !== version) want(account, stream)
  }
  heads.sent = false
  heads.cursor = page.cursor
  if (page.cursor !== null) return
  account.catchUp.heads = undefined
  for (const id of heads.unlisted) dropStream(turn, account, id)
}

export function headsFailed(turn: Turn, account: Account, failure: Failure): void {
  const { heads } = account.catchUp
  if (!heads) return
  heads.sent = false
  heads.retryAt = turn.now + jitteredMs(turn, RETRY_STEP, failure)
}

/** The stream to change, kept from now on. */
function held(account: Account, id: StreamId): Stream {
  const stream = streamOf(account, id)
  if (id !== meOf(account)) account.conversations.set(id, stream)
  return stream
}

export function pullCame(turn: Turn, account: Account, id: StreamId, page: Output<'sync.pull'>): void {
  const pull = account.catchUp.pulls.get(id)
  if (!pull) return
  pull.sent = false
  const outcome = applyPull(held(account, id), page)
  if (outcome === 'back') {
    Object.assign(held(account, id), emptyStream())
    pull.frames = []
  }
  streamChanged(turn, account, id, page.reset ? undefined : page.rows)
  if (outcome !== 'applied') pullLater(turn, pull)
  else if (!page.more) applyWaiting(turn, account, id, pull)
}

function pullLater(turn: Turn, pull: Pull, failure?: Failure): void {
  pull.sent = false
  pull.retryAt = turn.now + jitteredMs(turn, pull.tries++, failure)
}

/** Applies the frames that waited for this pull (Y7); where they leave a gap, pulls again (Y4). */
function applyWaiting(turn: Turn, account: Account, id: StreamId, pull: Pull): void {
  const { frames, again } = pull
  pull.frames = []
  pull.again = false
  for (let frame = frames[0]; frame; frame = frames[0]) {
    const outcome = applyFrame(held(account, id), frame)
    if (outcome === 'gap') {
      pull.frames = frames
      if (pull.tries > 0) pullLater(turn, pull)
      else pull.tries = 1
      return
    }
    if (outcome === 'applied') streamChanged(turn, account, id, frame.rows)
    frames.shift()
  }
  if (!again) account.catchUp.pulls.delete(id)
}

export function pullFailed(turn: Turn, account: Account, id: StreamId, failure: Failure): void {
  const pull = account.catchUp.pulls.get(id)
  if (!pull) return
  if (retryOf(failure.code) === 'never') {
    account.catchUp.pulls.delete(id)
    if (failure.code === 'notMember' && id !== meOf(account)) dropStream(turn, account, id)
    return
  }
  pullLater(turn, pull, failure)
}

/** A live frame (Y4). It waits while its stream is being pulled (Y7). */
export function frameCame(turn: Turn, account: Account, frame: Frame): void {
  const { pulls, heads } = account.catchUp
  heads?.unlisted.delete(frame.stream)
  const pull = pulls.get(frame.stream)
  if (pull) return bufferFrame(pull, frame)
  const stream = streamOf(account, frame.stream)
  const outcome = applyFrame(stream, frame)
  if (outcome === 'gap') return bufferFrame(want(account, frame.stream), frame)
  if (outcome === 'old') return
  if (frame.stream !== meOf(account)) account.conversations.set(frame.stream, stream)
  streamChanged(turn, account, frame.stream, frame.rows)
}

function bufferFrame(pull: Pull, frame: Frame): void {
  if (pull.frames.length < FRAMES_MAX) pull.frames.push(frame)
  else pull.again = true
}

/**
 * The server's digest of what this phone should hold, queued behind everything it was sent (Y9). While catching up the
 * two differ for good reason.
 */
export function digestCame(turn: Turn, account: Account, digest: number): void {
  if (!isCaughtUp(account)) return
  if (digestHeld(account) === digest) landAnswered(turn, account)
  else askHeads(turn, account)
}

/** Digest of what this phone holds (Y9). */
export function digestHeld(account: Account): number {
  const held: [StreamId, Version][] = [[meOf(account), account.user.version]]
  for (const [id, stream] of account.conversations) held.push([id, stream.version])
  return digestOf(held)
}
