/** What a phone shows beside what the server has. */
import { positionZero } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import type { MessageRow } from '../../protocol/records'
import { unreadCount } from '../../protocol/rules/read'
import type { Stream } from '../../src/engine/mirror/merge'
import { logOf, snapshot } from './laws'
import type { Phone } from './phone'
import { userOf, type World } from './world'

const listed = (values: Iterable<string | number>): string => [...values].map(String).sort().join()

/** [Y7] [Y8] [Y12] [R2] [R5] Everything in which they differ; nothing when the phone has converged. */
export async function viewsDiffer(world: World, phone: Phone): Promise<string[]> {
  const { engine } = phone
  if (!engine?.current()) return [`${phone.name} is not current`]
  const user = userOf(phone)
  const own = await snapshot(world, user, user)
  const broken = listsDiffer(phone, own)
  for (const chat of engine.chats()) {
    const { conversationId: id, unread } = chat
    const theirs = await snapshot(world, user, id)
    const log = await logOf(world, user, id)
    const expected = unreadOf(theirs, user, log)
    if (unread !== expected)
      broken.push(`${phone.name} shows ${unread} unread in ${id}, they are ${expected}`)
    broken.push(...roomDiffers(phone, chat, theirs, log))
  }
  return broken
}

function listsDiffer({ name, engine }: Phone, own: Stream): string[] {
  const rows = [...own.rows.values()]
  const pairs: [string, string, string][] = [
    [
      'chats',
      listed(engine?.chats().map((c) => c.conversationId) ?? []),
      listed(rows.flatMap((row) => (row.k === 'entry' ? [row.conversationId] : []))),
    ],
    [
      'contacts',
      listed(engine?.contacts().map((c) => c.profile.id) ?? []),
      listed(rows.flatMap((row) => (row.k === 'contact' ? [row.userId] : []))),
    ],
    [
      'requests',
      listed(engine?.requests().map(({ id, state }) => `${id} ${state}`) ?? []),
      listed(rows.flatMap((row) => (row.k === 'request' ? [`${row.id} ${row.state}`] : []))),
    ],
  ]
  return pairs.flatMap(([what, shown, there]) =>
    shown === there ? [] : [`${name} shows the ${what} ${shown}, there are ${there}`],
  )
}

/** What I wrote right after what I have read is no news to me. */
function unreadOf({ rows }: Stream, user: number, log: readonly MessageRow[]): number {
  const place = rows.get(`place:${user}`)
  let read = place?.k === 'place' ? place.read : positionZero
  for (const m of log) if (m.seq === read.seq + 1 && (m.from === user || m.body.kind === 'tip')) read = m
  return unreadCount(log.at(-1)?.countable ?? 0, [read])
}

function roomDiffers(
  { name, engine }: Phone,
  { conversationId, peerId }: { conversationId: number; peerId: number },
  { rows }: Stream,
  log: readonly MessageRow[],
): string[] {
  const shown = engine?.room(conversationId).messages ?? []
  const place = rows.get(`place:${peerId}`)
  const readTo = place?.k === 'place' ? place.read.seq : 0
  const ours = shown.map((m) => JSON.stringify([m.seq, m.from, m.body, m.readByPeer]))
  const theirs = log
    .slice(-Math.max(shown.length, limits.windowMessages))
    .map((m) => JSON.stringify([m.seq, m.from, m.body, m.from !== peerId && m.seq <= readTo]))
  if (ours.join() === theirs.join()) return []
  const at = theirs.findIndex((line, index) => line !== ours[index])
  const first = `${ours[at] ?? 'nothing'} instead of ${theirs[at] ?? 'nothing'}`
  return [`${name} shows ${ours.length} messages of ${log.length} in ${conversationId}: ${first}`]
}
