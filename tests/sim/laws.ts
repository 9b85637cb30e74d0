/** What must hold in every world once it has healed. Each law gives what breaks it; nothing means that it holds. */
import { limits } from '../../protocol/limits'
import type { MessageRow } from '../../protocol/records'
import { applyPull, emptyStream, type Stream } from '../../src/engine/mirror/merge'
import { readStream, streamKey } from '../../src/engine/stored'
import type { Phone } from './phone'
import { viewsDiffer } from './views'
import { userOf, type World } from './world'

/** What the server holds of a stream for a viewer, as a phone that starts with nothing gets it. */
export async function snapshot(world: World, viewer: number, stream: number): Promise<Stream> {
  const held = emptyStream()
  for (;;) {
    const page = await world.cluster.ask(viewer, 'sync.pull', { stream, since: held.version })
    applyPull(held, page)
    if (!page.more) return held
  }
}

/** The whole log of a conversation. */
export async function logOf(world: World, viewer: number, conversationId: number): Promise<MessageRow[]> {
  const log: MessageRow[] = []
  for (let beforeSeq = Number.MAX_SAFE_INTEGER; ; beforeSeq = log[0]?.seq ?? 1) {
    const input = { conversationId, beforeSeq, limit: limits.pageRowsMax }
    const page = await world.cluster.ask(viewer, 'chat.listMessages', input)
    log.unshift(...page.rows)
    if (!page.more) return log
  }
}

/** [W24] Two nodes' clocks, and the way of a frame. */
const offMsMax = 4_000

const sorted = (stream: Stream) => [...stream.rows].sort(([a], [b]) => (a < b ? -1 : 1))

/** [Y11] Every phone holds, on its disk, what the server holds, from its window on, and nothing else. */
async function phonesEqualServer(world: World, phone: Phone): Promise<string[]> {
  const user = userOf(phone)
  const heads = (await world.cluster.ask(user, 'sync.heads', {})).heads
  const broken: string[] = []
  for (const { stream, version } of heads) {
    const theirs = await snapshot(world, user, stream)
    const stored = phone.disk.get(streamKey(user, stream))
    const ours = stored === undefined ? undefined : readStream(stored)
    const floor = Math.max(ours?.floorSeq ?? 0, theirs.floorSeq)
    const facts = (s: Stream | undefined) =>
      s && JSON.stringify([s.version, sorted(s), s.messages.filter((m) => m.seq >= floor)])
    if (facts(ours) !== facts(theirs) || theirs.version !== version)
      broken.push(`${phone.name} differs from the server in stream ${stream}: ${ours?.version} of ${version}`)
  }
  const allowed = new Set(heads.map(({ stream }) => streamKey(user, stream)))
  for (const key of phone.disk.keys())
    if (key.startsWith('mirror/') && !allowed.has(key))
      broken.push(`${phone.name} holds ${key}, which it may not see`)
  return broken
}

/** [S2] [S4] [O2] [O3] What was said is there once, in the order in which each phone said it; what was not, is not. */
async function saidOnce(world: World, phones: readonly Phone[]): Promise<string[]> {
  const broken: string[] = []
  const logs = new Map<number, MessageRow[]>()
  for (const phone of phones)
    for (const { conversationId } of phone.engine?.chats() ?? [])
      if (!logs.has(conversationId))
        logs.set(conversationId, await logOf(world, userOf(phone), conversationId))
  for (const [conversationId, log] of logs) {
    if (log.some((row, index) => row.seq !== index + 1))
      broken.push(`conversation ${conversationId} has a hole`)
    for (const phone of world.phones) {
      const mine = world.said.filter((s) => s.phone === phone && s.conversationId === conversationId)
      const seqs = mine.flatMap(({ text }) =>
        log.filter(({ body }) => body.kind === 'text' && body.text === text).map((r) => r.seq),
      )
      if (seqs.some((seq, index) => index > 0 && seq <= (seqs[index - 1] ?? 0)))
        broken.push(`${phone.name} was reordered in ${conversationId}: ${seqs.join()}`)
    }
  }
  for (const { text, state, conversationId } of world.said) {
    const times = (logs.get(conversationId) ?? []).filter(
      ({ body }) => body.kind === 'text' && body.text === text,
    ).length
    const fits = {
      told: times === 1,
      gone: times === 0,
      cancelled: times === 0,
      cancelledThenKilled: times <= 1,
    }[state]
    if (!fits) broken.push(`"${text}" (${state}) is there ${times} times`)
  }
  return broken
}

/** Everything that is broken in a world that has healed, and whose phones have had time to store what they hold. */
export async function brokenLaws(world: World, phones: readonly Phone[] = world.phones): Promise<string[]> {
  const broken: string[] = []
  for (const phone of phones) {
    const pending = phone.engine?.pendingCount() ?? -1
    if (pending !== 0) broken.push(`the outbox of ${phone.name} holds ${pending}`)
    broken.push(...(await phonesEqualServer(world, phone)), ...(await viewsDiffer(world, phone)))
  }
  for (const { name, engine } of phones) {
    const offMs = (engine?.now() ?? 0) - world.clock.now()
    if (Math.abs(offMs) > offMsMax) broken.push(`${name} shows a time that is ${offMs} ms off`)
  }
  broken.push(...(await saidOnce(world, phones)))
  for (const complaint of world.cluster.complaints)
    broken.push(`a server complained: ${JSON.stringify(complaint)}`)
  return broken
}
