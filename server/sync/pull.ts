/** `sync.pull`: rows that changed since a version, read in one snapshot with the head (Y2, Y5, Y6). */
import type { Output } from '../../protocol'
import type { StreamId, UserId, Version } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import type { RowOf, StreamRow } from '../../protocol/records'
import type { Connection } from '../db/connection'
import { handleRead, ok, refuse } from '../handle'
import { versionOf } from './heads'
import { byVersion, bytesOf, changedRows, rowsThatFit } from './rows'
import type { Streams } from './sources'

type Page = Output<'sync.pull'>
interface Ask {
  stream: StreamId
  viewer: UserId
  since: Version
  head: Version
  limit: number
}

/** Whoever has no open place gets `notMember`, whether the conversation exists or not (V2). */
export const pullHandler = (streams: Streams) =>
  handleRead('sync.pull', async ({ input, caller, db }) => {
    const { stream, since, limit = limits.pageRowsMax } = input
    const viewer = caller.userId
    const own = stream === viewer
    if (!own && !(await streams.mayPull(db, viewer, stream))) return refuse('notMember')
    const head = await versionOf(db, stream)
    const ask: Ask = { stream, viewer, since, head, limit }
    if (own) return ok(await ownPage(streams, db, ask))
    const lost = since === 0 || since > head || head - since > limits.gapVersionsMax
    return ok(await (lost ? resetPage(streams, db, ask) : nextPage(streams, db, ask)))
  })

/** A user stream is never cut: from 0 its pages follow each other, the first one marked. */
async function ownPage(streams: Streams, db: Connection, ask: Ask): Promise<Page> {
  const reset = ask.since === 0 || ask.since > ask.head
  const page = await nextPage(streams, db, reset ? { ...ask, since: 0 } : ask)
  return { ...page, reset }
}

async function nextPage({ sources }: Streams, db: Connection, ask: Ask): Promise<Page> {
  const { stream, since, head, limit } = ask
  const found = await changedRows(sources, db, ask, limit + 1)
  const rows = found.slice(0, Math.min(limit, rowsThatFit(found, limits.pageBytesMax)))
  const more = rows.length < found.length
  const to = more ? (rows.at(-1)?.v ?? head) : head
  return { stream, reset: false, from: since, to, head, more, rows }
}

/** All of a reset is one page: when it is too long, the oldest messages of the window are left to history. */
async function resetPage({ sources }: Streams, db: Connection, ask: Ask): Promise<Page> {
  const { stream, viewer, head } = ask
  const rows: StreamRow[] = []
  for (const source of sources)
    if (source.of === 'conversation') rows.push(...((await source.snapshot?.(db, stream, viewer)) ?? []))
  const kept = fitWindow(rows).sort(byVersion)
  return { stream, reset: true, from: 0, to: head, head, more: false, rows: kept }
}

function fitWindow(rows: readonly StreamRow[]): StreamRow[] {
  const isMessage = (row: StreamRow): row is RowOf<'message'> => row.k === 'message'
  const others = rows.filter((row) => !isMessage(row))
  const newest = rows.filter(isMessage).sort((a, b) => b.seq - a.seq)
  const room = limits.pageBytesMax - others.reduce((sum, row) => sum + bytesOf(row) + 1, 0)
  return [...others, ...newest.slice(0, rowsThatFit(newest, room))]
}
