/** A server node over the notes of notes.ts, and a phone that follows SPEC.md Y2 to Y8 by the letter. */
import type { EventData, Output } from '../../protocol'
import type { StreamId, UserId, Version } from '../../protocol/ids'
import type { RowOf } from '../../protocol/records'
import { decodeDown } from '../../protocol/wire'
import type { Bus } from '../../server/bus/bus'
import type { Db } from '../../server/db/connection'
import type { UserCaller } from '../../server/handle'
import { createSync, type Notice, type Sync } from '../../server/sync'
import type { Streams } from '../../server/sync/sources'
import { testFunnel, type TestFunnel } from './funnel'
import { noteSources } from './notes'

export interface Node extends TestFunnel {
  sync: Sync
  phones: Set<Phone>
  told: Notice[]
  callAs(user: UserId, op: string, input: unknown): ReturnType<TestFunnel['call']>
}
/** Conversation → members. */
export type Members = Map<StreamId, UserId[]>

export const streamsOf = (members: Members): Streams => ({
  sources: noteSources,
  conversationsOf: async (_db, user) =>
    [...members].filter(([, users]) => users.includes(user)).map(([stream]) => stream),
  audienceOf: async (_db, stream) => members.get(stream) ?? [],
  mayPull: async (_db, user, stream) => members.get(stream)?.includes(user) ?? false,
})

export function testNode(db: Db, streams: Streams, bus: Bus, now = Date.now): Node {
  const phones = new Set<Phone>()
  const told: Notice[] = []
  const warned: object[] = []
  const sync = createSync({
    ...{ db, streams, bus, clock: { now } },
    deliver: {
      isOnline: (user) => [...phones].some((phone) => phone.user === user),
      send: (user, text) => phones.forEach((phone) => phone.user === user && phone.hear(text)),
      notify: (notice) => void told.push(notice),
    },
    log: { warn: (fields) => void warned.push(fields) },
  })
  const funnel = testFunnel(db, sync)
  const callAs = (userId: UserId, op: string, input: unknown) => {
    const caller: UserCaller = { kind: 'user', userId, sessionId: userId * 10, address: '127.0.0.1' }
    return funnel.dispatch({ op, input, caller })
  }
  return { ...funnel, sync, phones, told, callAs }
}

type Page = Output<'sync.pull'>
type Frame = EventData<'sync.changed'>
interface Mirror {
  version: Version
  rows: Map<number, RowOf<'message'>>
}

export class Phone {
  readonly mirrors = new Map<StreamId, Mirror>()
  readonly texts: string[] = []
  pulls = 0
  private readonly pulling = new Map<StreamId, Frame[]>()
  private busy: Promise<void> = Promise.resolve()

  constructor(
    readonly node: Node,
    readonly user: UserId,
  ) {}

  /** Subscribes, asks for heads, pulls what differs (Y8). */
  async connect(): Promise<void> {
    this.node.phones.add(this)
    let cursor: string | null = null
    do {
      const page: Output<'sync.heads'> = await this.ask('sync.heads', cursor === null ? {} : { cursor })
      for (const { stream, version } of page.heads) if (this.at(stream) !== version) this.pull(stream)
      cursor = page.cursor
    } while (cursor !== null)
    await this.settled()
  }

  hear(text: string): void {
    this.texts.push(text)
    for (const frame of decodeDown(text))
      if (frame.t === 'ev' && frame.ev === 'sync.changed') this.take(frame.data as Frame)
  }

  /** Resolves when no pull is under way. */
  async settled(): Promise<void> {
    for (let before; before !== this.busy;) await (before = this.busy)
  }

  at(stream: StreamId): Version {
    return this.mirrors.get(stream)?.version ?? 0
  }
  /** [slot, version, text] of a stream, in order of slot. */
  notes(stream: StreamId): unknown[] {
    const rows = [...(this.mirrors.get(stream)?.rows.values() ?? [])].sort((a, b) => a.seq - b.seq)
    return rows.map(({ seq, v, body }) => [seq, v, body.kind === 'text' ? body.text : ''])
  }

  /** [from, to] of the live frames of a stream. */
  ranges(stream: StreamId): [Version, Version][] {
    const frames = this.texts
      .flatMap(decodeDown)
      .flatMap((frame) => (frame.t === 'ev' ? [frame.data as Frame] : []))
    return frames.filter((frame) => frame.stream === stream).map(({ from, to }) => [from, to])
  }

  private take(frame: Frame): void {
    const waiting = this.pulling.get(frame.stream)
    if (waiting) waiting.push(frame)
    else if (frame.to <= this.at(frame.stream)) return
    else if (frame.from === this.at(frame.stream)) this.apply({ ...frame, reset: false })
    else this.pull(frame.stream)
  }

  private apply({ stream, to, rows, reset }: Pick<Page, 'stream' | 'to' | 'rows' | 'reset'>): void {
    const held = reset ? undefined : this.mirrors.get(stream)
    const mirror: Mirror = held ?? { version: 0, rows: new Map() }
    for (const row of rows as RowOf<'message'>[])
      if (row.v > (mirror.rows.get(row.seq)?.v ?? 0)) mirror.rows.set(row.seq, row)
    mirror.version = to
    this.mirrors.set(stream, mirror)
  }

  private pull(stream: StreamId): void {
    if (this.pulling.has(stream)) return
    const waiting: Frame[] = []
    this.pulling.set(stream, waiting)
    this.busy = Promise.all([this.busy, this.pullAll(stream)]).then(() => {
      this.pulling.delete(stream)
      for (const frame of waiting) this.take(frame)
    })
  }

  private async pullAll(stream: StreamId): Promise<void> {
    let more = true
    while (more) {
      this.pulls += 1
      const page: Page = await this.ask('sync.pull', { stream, since: this.at(stream) })
      this.apply(page)
      more = page.more
    }
  }

  private async ask<T>(op: string, input: unknown): Promise<T> {
    const result = await this.node.callAs(this.user, op, input)
    if (!result.ok) throw new Error(`${op}: ${result.error.code}`)
    return result.value as T
  }
}
