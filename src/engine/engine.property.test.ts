import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ConversationId } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import type { Input } from './inputs'
import { newState } from './state'
import { step } from './step'
import { Model } from './test-model'
import { Clock, Phone } from './test-world'

const chats = [102, 103] as const
const body = (text: string) => ({ kind: 'text' as const, text })

type Command =
  | { do: 'say' | 'theirs' | 'seen' | 'open'; chat: 0 | 1 }
  | { do: 'cut' | 'mute' | 'double' | 'hold' | 'release' | 'kill' | 'network' | 'background' | 'older' }
  | { do: 'sockets'; network: Phone['network'] }
  | { do: 'rest'; down: boolean }
  | { do: 'run'; ms: number }
const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('say' as const), chat: fc.constantFrom(0, 1) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('theirs' as const, 'seen' as const, 'open' as const),
      chat: fc.constantFrom(0, 1),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'cut' as const,
        'mute' as const,
        'double' as const,
        'hold' as const,
        'release' as const,
        'kill' as const,
        'network' as const,
        'background' as const,
        'older' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('sockets' as const),
      network: fc.constantFrom('fine' as const, 'refused' as const, 'silent' as const, 'cut' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rest' as const), down: fc.boolean() }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('run' as const),
      ms: fc.constantFrom(0, 1, 4, 7, 30, 400, 2_000, 40_000),
    }),
  },
)

/** One user's phone against the model, through whatever comes; it remembers what must not be lost. */
class Trial {
  readonly model = new Model()
  readonly clock = new Clock()
  phone: Phone
  told: { text: string; chat: ConversationId }[] = []
  private kills = 0
  private theirs = 0

  constructor() {
    for (const id of [1, 2, 3]) this.model.addUser(id)
    this.model.befriend(102, 1, 2)
    this.model.befriend(103, 1, 3)
    this.phone = this.newPhone(new Map())
  }
  private newPhone(disk: Map<string, string>): Phone {
    const phone = new Phone({ model: this.model, clock: this.clock, disk, name: `life${this.kills}` })
    phone.lagMs = 5
    return phone
  }

  async run(command: Command): Promise<void> {
    const { phone, model } = this
    switch (command.do) {
      case 'sockets':
        phone.network = command.network
        phone.drop()
        return
      case 'rest':
        return void (phone.noRest = command.down)
      case 'run':
        return this.clock.run(command.ms)
      case 'say': {
        const text = `mine ${this.told.length}`
        const conversationId = chats[command.chat]
        phone.tell({
          is: 'call',
          op: 'chat.sendMessage',
          input: { conversationId, body: body(text), seenSeq: 0 },
        })
        return void this.told.push({ text, chat: conversationId })
      }
      case 'theirs': {
        const conversationId = chats[command.chat]
        const clientId = `theirs-${++this.theirs}`
        model.call(
          command.chat + 2,
          'chat.sendMessage',
          { conversationId, clientId, body: body(clientId), seenSeq: 0 },
          this.clock.now,
        )
        return
      }
      case 'seen': {
        const conversationId = chats[command.chat]
        const seq =
          phone.engine
            .room(conversationId)
            .messages.filter((m) => m.seq)
            .at(-1)?.seq ?? 0
        phone.tell({ is: 'seen', conversationId, seq })
        return
      }
      case 'open':
        return void phone.tell({ is: 'openRoom', conversationId: chats[command.chat] })
      case 'older':
        return void phone.tell({ is: 'loadOlder', conversationId: 102 })
      case 'network':
        phone.tell({ is: 'network', online: false })
        return void phone.tell({ is: 'network', online: true })
      case 'background':
        phone.tell({ is: 'background' })
        return void phone.tell({ is: 'foreground' })
      case 'cut':
        phone.drop()
        return
      case 'mute':
        return void (phone.mute = !phone.mute)
      case 'double':
        return void (phone.doubling = !phone.doubling)
      case 'hold':
        return void (phone.holdWrites = true)
      case 'release':
        phone.release()
        return
      case 'kill':
        return this.kill()
    }
  }

  /** What was neither on disk nor at the server when the app died may be gone; all else may not. */
  private async kill(): Promise<void> {
    const disk = this.phone.kill()
    const kept = [
      ...disk.values(),
      ...chats.flatMap((id) => this.model.messages(id).map((m) => JSON.stringify(m))),
    ]
    this.told = this.told.filter(({ text }) => kept.some((value) => value.includes(`"${text}"`)))
    this.kills++
    this.phone = this.newPhone(disk)
    await this.phone.boot()
  }

  async heal(): Promise<void> {
    this.phone.mute = false
    this.phone.noRest = false
    this.phone.release()
    this.phone.tell({ is: 'foreground' })
    await this.clock.run(3 * limits.pingEveryMs + 60_000)
  }

  /** R2, where own messages right after the mark count as read (R3). */
  private unread(id: ConversationId): number {
    const place = this.model.stream(id).rows.get('place:1')
    let read = place?.k === 'place' ? place.read : { seq: 0, countable: 0 }
    for (const m of this.model.messages(id)) if (m.seq === read.seq + 1 && m.from === 1) read = m
    return (this.model.messages(id).at(-1)?.countable ?? 0) - read.countable
  }

  /** Requests leave by the socket, not by REST. */
  onSocket(): boolean {
    const { posts, socket } = this.phone
    const before = [posts.length, socket.sent.length]
    this.phone.tell({ is: 'call', op: 'accounts.getProfiles', input: { profiles: [] } })
    return posts.length === before[0] && socket.sent.length > (before[1] ?? 0)
  }

  check(): void {
    const { phone, model } = this
    expect(phone.engine.current()).toBe(true)
    expect(phone.engine.pendingCount()).toBe(0)
    for (const id of chats) {
      const mine = model.messages(id).filter((m) => m.from === 1)
      const texts = mine.map((m) => (m.body.kind === 'text' ? m.body.text : ''))
      expect(texts).toEqual(this.told.filter((t) => t.chat === id).map((t) => t.text))
      const held = phone.engine.room(id).messages
      expect(held.map((m) => [m.seq, m.body, m.send.state])).toEqual(
        model
          .messages(id)
          .slice(-held.length)
          .map((m) => [m.seq, m.body, 'sent']),
      )
      expect(held.length).toBeGreaterThanOrEqual(Math.min(limits.windowMessages, model.messages(id).length))
      expect(phone.engine.room(id).unread).toBe(this.unread(id))
    }
    expect(new Set(model.effects).size).toBe(model.effects.length)
    expect([...phone.disk.keys()].filter((key) => key.startsWith('act/'))).toEqual([])
  }
}

describe('engine, through anything', () => {
  it('[O1] [O2] [O3] [Y3] [Y7] nothing stored is lost, doubled or out of order, and the mirror is the server’s', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(commands, { minLength: 5, maxLength: 50 }), async (list) => {
        const trial = new Trial()
        await trial.phone.signIn()
        await trial.clock.run(100)
        for (const command of list) await trial.run(command)
        await trial.heal()
        trial.check()
        trial.phone.network = 'fine'
        await trial.clock.run(200_000)
        await trial.heal()
        trial.check()
        expect(trial.onSocket()).toBe(true)
      }),
      { numRuns: Number(process.env.ENGINE_RUNS ?? 150) },
    )
  })

  it('[O1] [O3] [O5] a kill after any number of events loses and doubles nothing', async () => {
    for (let ms = 0; ms <= 60; ms++) {
      const trial = new Trial()
      await trial.phone.signIn()
      await trial.clock.run(100)
      for (const chat of [0, 1, 0] as const) await trial.run({ do: 'say', chat })
      if (ms % 2) trial.phone.holdWrites = true
      await trial.run({ do: 'say', chat: 0 })
      await trial.clock.run(ms)
      await trial.run({ do: 'kill' })
      expect(trial.told.length).toBeGreaterThanOrEqual(3 - Number(ms === 0) * 3)
      await trial.heal()
      trial.check()
    }
  })
})

const oddFrames = fc.oneof(
  fc.string(),
  fc.json(),
  fc
    .record(
      {
        t: fc.constantFrom('welcome', 'res', 'ev', 'pong', 'bye'),
        id: fc.integer({ min: 0, max: 9 }),
        ok: fc.boolean(),
        ev: fc.constantFrom('sync.changed', 'session.ended'),
        out: fc.jsonValue(),
        data: fc.oneof(
          fc.jsonValue(),
          fc.record({
            stream: fc.constantFrom(1, 100),
            from: fc.nat(3),
            to: fc.nat(5),
            rows: fc.array(
              fc.record({
                k: fc.constantFrom('message', 'place', 'entry', 'future'),
                v: fc.nat(5),
                seq: fc.nat(5),
              }),
            ),
          }),
        ),
        error: fc.oneof(
          fc.jsonValue(),
          fc.record({ code: fc.constantFrom('draining', 'future', 'sessionEnded') }),
        ),
        afterMs: fc.oneof(fc.nat(99), fc.jsonValue()),
        digest: fc.jsonValue(),
      },
      { requiredKeys: ['t'] },
    )
    .map((frame) => JSON.stringify(frame)),
)
const anything: fc.Arbitrary<Input> = fc
  .record({
    what: fc.oneof(
      fc.record({
        is: fc.constant('text' as const),
        socket: fc.integer({ min: 0, max: 2 }),
        text: oddFrames,
      }),
      fc.record({
        is: fc.constantFrom('opened' as const, 'closed' as const),
        socket: fc.integer({ min: 0, max: 2 }),
      }),
      fc.record({ is: fc.constant('owner' as const), owned: fc.boolean() }),
      fc.record({ is: fc.constantFrom('saved' as const, 'saveFailed' as const), save: fc.nat(4) }),
      fc.record({ is: fc.constantFrom('wake' as const, 'start' as const) }),
      fc.record({
        is: fc.constant('answer' as const),
        call: fc.nat(5),
        answer: fc.record({ ok: fc.constant(true as const), value: fc.jsonValue() }),
      }),
    ),
    ms: fc.nat(20_000),
  })
  .map(({ what, ms }) => ({ ...what, now: ms, wall: 0, unit: 0.5 }))

describe('step', () => {
  const session = { userId: 1, sessionId: 2, accessToken: 'a', accessExpiresAt: 9e12, refreshToken: 'r' }
  const entries = [['session', JSON.stringify({ format: 1, value: session })]] as const
  const begin = (): Input[] => {
    const at = { now: 1, wall: 0, unit: 0.5 }
    return [
      { is: 'start', ...at },
      { is: 'owner', owned: true, ...at },
      { is: 'loaded', load: 1, entries, ...at },
      { is: 'opened', socket: 1, ...at },
      { is: 'text', socket: 1, text: '{"t":"welcome"}', ...at },
    ]
  }
  const device = { name: 'x', platform: 'other' as const }

  it('[W6] an alarm that rings too early is set again', () => {
    const state = newState(device)
    const alarms = begin().flatMap((input) =>
      step(state, input).effects.filter((effect) => effect.do === 'wakeAt'),
    )
    const early = step(state, { is: 'wake', now: 2, wall: 0, unit: 0.5 }).effects
    expect(early).toContainEqual(alarms.at(-1))
  })

  it('[W1] throws at nothing, and the same inputs always have the same effects', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 60 }), (inputs) => {
        let now = 1
        const timed = [...begin(), ...inputs.map((input) => ({ ...input, now: (now += input.now) }))]
        const run = () => {
          const state = newState(device)
          return timed.map((input) => structuredClone(step(state, structuredClone(input)).effects))
        }
        expect(run()).toEqual(run())
      }),
      { numRuns: 400 },
    )
  })
})
