/** A model of the server, small enough to be seen right: streams in memory, without users' rights. For tests only. */
import type { EventData, Input } from '../../protocol'
import type { Result } from '../../protocol/errors'
import { limits } from '../../protocol/limits'
import type { MessageRow, Profile, StreamRow } from '../../protocol/records'
import { positionAfterSend } from '../../protocol/rules/read'
import { digestOf } from '../../protocol/wire'
import { rowKey } from './mirror/merge'

type Changed = EventData<'sync.changed'>
interface ModelStream {
  version: number
  rows: Map<string, StreamRow>
}
type Part<T> = T extends unknown ? Omit<T, 'v'> : never

export const profileOf = (id: number, version = 1): Profile => ({
  id,
  version,
  account: `user${id}`,
  name: `User ${id}`,
  sortKey: `user ${id}`,
  letter: 'U',
})

export class Model {
  readonly streams = new Map<number, ModelStream>()
  readonly profiles = new Map<number, Profile>()
  /** Calls that took effect: (op, clientId). */
  readonly effects: string[] = []
  /** Every call that came, with its input. */
  readonly calls: { op: string; input: unknown }[] = []
  private readonly listeners = new Map<number, (changed: Changed) => void>()
  private readonly waiters = new Set<() => void>()

  listen(user: number, listener: (changed: Changed) => void): void {
    this.listeners.set(user, listener)
  }
  /** Tells, once, when what a user should hold has another digest than this, perhaps at once; returns how to call it off. */
  wait(user: number, digest: number, told: (digest: number) => void): () => void {
    const look = (): void => {
      const now = digestOf(this.pairs(user))
      if (now === digest) return
      this.waiters.delete(look)
      told(now)
    }
    this.waiters.add(look)
    look()
    return () => void this.waiters.delete(look)
  }
  addUser(id: number): void {
    this.profiles.set(id, profileOf(id))
    this.change(id, { k: 'profile', ...profileOf(id) })
  }
  /** Makes two users friends, with a conversation. */
  befriend(conversation: number, a: number, b: number): void {
    const zero = { seq: 0, countable: 0 }
    this.change(conversation, { k: 'conversation', kind: 'direct', createdAt: 1 })
    for (const userId of [a, b])
      this.change(conversation, { k: 'place', userId, role: 'member', read: zero, joined: zero })
    for (const [me, peerId] of [[a, b] as const, [b, a] as const]) {
      this.change(me, { k: 'contact', userId: peerId, since: 1 })
      this.change(me, { k: 'entry', conversationId: conversation, kind: 'direct', peerId, at: 1 })
    }
  }

  stream(id: number): ModelStream {
    const stream = this.streams.get(id) ?? { version: 0, rows: new Map<string, StreamRow>() }
    this.streams.set(id, stream)
    return stream
  }
  /** Changes rows of one stream as one commit, and tells who listens. */
  change(id: number, ...parts: Part<StreamRow>[]): void {
    const stream = this.stream(id)
    const from = stream.version
    const rows = parts.map((part) => ({ ...part, v: ++stream.version }))
    for (const row of rows)
      stream.rows.set(row.k === 'message' ? `message:${row.seq}` : (rowKey(row) ?? row.k), row)
    for (const [user, listener] of this.listeners)
      if (this.hears(user, id)) listener({ stream: id, from, to: stream.version, rows })
    for (const look of [...this.waiters]) look()
  }
  private hears(user: number, id: number): boolean {
    return user === id || this.stream(id).rows.has(`place:${user}`)
  }

  messages(id: number): MessageRow[] {
    const rows = [...this.stream(id).rows.values()].filter((row): row is MessageRow => row.k === 'message')
    return rows.sort((a, b) => a.seq - b.seq)
  }
  pairs(user: number): [number, number][] {
    return [...this.streams].filter(([id]) => this.hears(user, id)).map(([id, { version }]) => [id, version])
  }

  call(me: number, op: string, input: unknown, now: number): Result<unknown> {
    this.calls.push({ op, input })
    switch (op) {
      case 'sync.heads': {
        const heads = this.pairs(me).map(([stream, version]) => ({ stream, version }))
        return { ok: true, value: { heads, cursor: null } }
      }
      case 'sync.pull':
        return { ok: true, value: this.pull(input as Input<'sync.pull'>, me) }
      case 'accounts.getProfiles': {
        const { profiles } = input as Input<'accounts.getProfiles'>
        const newer = profiles.map(({ id, have }) => {
          const profile = this.profiles.get(id)
          return profile && profile.version > have ? [profile] : []
        })
        return { ok: true, value: { profiles: newer.flat() } }
      }
      case 'chat.sendMessage':
        return this.send(me, input as Input<'chat.sendMessage'>, now)
      case 'chat.markRead':
        return this.markRead(me, input as Input<'chat.markRead'>)
      case 'chat.listMessages': {
        const { conversationId, beforeSeq, limit } = input as Input<'chat.listMessages'>
        const below = this.messages(conversationId).filter((row) => row.seq < beforeSeq)
        return { ok: true, value: { rows: below.slice(-limit), more: below.length > limit } }
      }
    }
    return { ok: false, error: { code: 'unknownOperation' } }
  }

  private pull({ stream: id, since, limit = 7 }: Input<'sync.pull'>, me: number): unknown {
    const { version: head, rows } = this.stream(id)
    const sorted = [...rows.values()].sort((a, b) => a.v - b.v)
    if (id !== me && (since === 0 || head - since > limits.gapVersionsMax)) {
      const window = new Set(this.messages(id).slice(-limits.windowMessages))
      const kept = sorted.filter((row) => row.k !== 'message' || window.has(row))
      return { stream: id, reset: true, from: 0, to: head, head, more: false, rows: kept }
    }
    const found = sorted.filter((row) => row.v > since)
    const page = found.slice(0, limit)
    const more = page.length < found.length
    return {
      stream: id,
      reset: since === 0,
      from: since,
      to: more ? (page.at(-1)?.v ?? head) : head,
      head,
      more,
      rows: page,
    }
  }

  private send(me: number, input: Input<'chat.sendMessage'>, now: number): Result<unknown> {
    const { conversationId, clientId, body, seenSeq } = input
    const held = this.messages(conversationId)
    const before = held.find((row) => row.from === me && row.clientId === clientId)
    if (before) return { ok: true, value: { seq: before.seq, at: before.at } }
    this.effects.push(`send ${clientId}`)
    const last = held.at(-1)
    const own = { seq: (last?.seq ?? 0) + 1, countable: (last?.countable ?? 0) + 1 }
    const place = this.stream(conversationId).rows.get(`place:${me}`)
    const message = { k: 'message' as const, ...own, from: me, clientId, at: now, body }
    if (place?.k !== 'place') return { ok: false, error: { code: 'notMember' } }
    const seen = held.filter((row) => row.seq <= seenSeq).at(-1)
    const seenAt = seen ? { seq: seen.seq, countable: seen.countable } : { seq: 0, countable: 0 }
    this.change(conversationId, message, { ...place, read: positionAfterSend(place.read, seenAt, own) })
    return { ok: true, value: { seq: own.seq, at: now } }
  }

  private markRead(me: number, { conversationId, seq }: Input<'chat.markRead'>): Result<unknown> {
    const place = this.stream(conversationId).rows.get(`place:${me}`)
    if (place?.k !== 'place') return { ok: false, error: { code: 'notMember' } }
    const row = this.messages(conversationId)
      .filter((m) => m.seq <= seq)
      .at(-1)
    if (!row || row.seq <= place.read.seq) return { ok: true, value: { read: place.read } }
    const read = { seq: row.seq, countable: row.countable }
    this.change(conversationId, { ...place, read })
    return { ok: true, value: { read } }
  }
}
