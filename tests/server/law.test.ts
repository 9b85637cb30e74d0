/**
 * The law of sync [Y11], over every write operation: what a phone holds, and then hears or pulls, is what a phone that
 * starts with nothing gets. Held for both parties and a stranger, with the merge that phones really use.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ops, type WriteOpName } from '../../protocol'
import { limits } from '../../protocol/limits'
import { applyFrame, trim, type Frame, type Stream } from '../../src/engine/mirror/merge'
import { databases } from './databases'
import {
  befriend,
  createWorld,
  device,
  follow,
  freshClientId,
  textOf,
  type Person,
  type World,
} from './world'

interface Scene {
  world: World
  ann: Person
  ben: Person
  /** Their conversation, once they have one. */
  room: number
}
interface Row {
  /** What has to be there before. */
  before(scene: Scene): Promise<unknown>
  /** One call of the operation. */
  act(scene: Scene): Promise<unknown>
  /** Whose streams move: of Ann, of Ben, of the conversation. */
  moves: ('ann' | 'ben' | 'room')[]
}

const nothing = async (): Promise<void> => undefined
const friends = async (scene: Scene): Promise<void> => {
  scene.room = await befriend(scene.ann, scene.ben)
}
const say = (person: Person, room: number, text: string, seen = 0) =>
  person.must('chat.sendMessage', textOf(room, text, seen))
const ask = (from: Person, to: Person) =>
  from.must('contacts.requestFriend', { clientId: freshClientId(), userId: to.userId, message: 'hello' })
/** Ben answers the request he has. */
async function answer(ben: Person, op: 'acceptRequest' | 'refuseRequest') {
  const rows = [...(await ben.snapshot()).rows.values()]
  const request = rows.find((row) => row.k === 'request')
  if (request?.k !== 'request') throw new Error('nobody has asked')
  return ben.must(`contacts.${op}`, { clientId: freshClientId(), requestId: request.id })
}

const law: Record<WriteOpName, Row[]> = {
  'accounts.register': [{ before: nothing, act: ({ world }) => world.person('Newcomer'), moves: [] }],
  'accounts.signIn': [
    {
      before: nothing,
      act: ({ world, ann: { account, password } }) =>
        world.anonymous('accounts.signIn', { account, password, device }),
      moves: [],
    },
  ],
  'accounts.refresh': [
    {
      before: nothing,
      act: ({ world, ann }) => world.anonymous('accounts.refresh', { refreshToken: ann.tokens.refreshToken }),
      moves: [],
    },
  ],
  'accounts.signOut': [{ before: nothing, act: ({ ann }) => ann.must('accounts.signOut', {}), moves: [] }],
  'chat.sendMessage': [
    { before: friends, act: ({ ann, room }) => say(ann, room, 'first'), moves: ['room'] },
    {
      before: async (scene) => {
        await friends(scene)
        for (let n = 0; n < 60; n++) await say(n % 3 ? scene.ann : scene.ben, scene.room, `${n}`, n)
      },
      act: ({ ben, room }) => say(ben, room, 'the window moves on', 61),
      moves: ['room'],
    },
  ],
  'chat.markRead': [
    {
      before: async (scene) => {
        await friends(scene)
        await say(scene.ann, scene.room, 'read me')
      },
      act: ({ ben, room }) => ben.must('chat.markRead', { conversationId: room, seq: 2 }),
      moves: ['room'],
    },
  ],
  'contacts.requestFriend': [
    { before: nothing, act: ({ ann, ben }) => ask(ann, ben), moves: ['ann', 'ben'] },
    { before: ({ ann, ben }) => ask(ann, ben), act: ({ ann, ben }) => ask(ann, ben), moves: ['ann', 'ben'] },
    { before: ({ ann, ben }) => ask(ben, ann), act: ({ ann, ben }) => ask(ann, ben), moves: ['ann', 'ben'] },
  ],
  'contacts.acceptRequest': [
    {
      before: ({ ann, ben }) => ask(ann, ben),
      act: ({ ben }) => answer(ben, 'acceptRequest'),
      moves: ['ann', 'ben'],
    },
  ],
  'contacts.refuseRequest': [
    {
      before: ({ ann, ben }) => ask(ann, ben),
      act: ({ ben }) => answer(ben, 'refuseRequest'),
      moves: ['ben'],
    },
  ],
}

/** Every stream that a viewer may hold now, whole. */
async function holdings(viewer: Person): Promise<Map<number, Stream>> {
  const { heads } = await viewer.must('sync.heads', {})
  const held = new Map<number, Stream>()
  for (const { stream, version } of heads) {
    held.set(stream, await viewer.snapshot(stream))
    expect(held.get(stream)?.version, 'the head of the list').toBe(version)
  }
  return held
}

/** What a phone holds after live frames: it pulls what it does not know, or what does not begin where it is. */
async function hear(viewer: Person, held: Map<number, Stream>, frames: readonly Frame[]): Promise<void> {
  for (const frame of frames) {
    const stream = held.get(frame.stream)
    if (!stream) held.set(frame.stream, await viewer.snapshot(frame.stream))
    else if (applyFrame(stream, frame) === 'gap') await follow(viewer.call, frame.stream, stream)
  }
}

function windowed(held: Map<number, Stream>): Map<number, Stream> {
  for (const stream of held.values()) trim(stream, limits.windowMessages)
  return held
}

const cases = Object.entries(law).flatMap(([op, rows]) => rows.map((row, i) => ({ op, nth: i + 1, row })))

it('[Y11] has a row for every write operation, and for nothing else', () => {
  const writes = Object.entries(ops).flatMap(([name, { kind }]) => (kind === 'write' ? [name] : []))
  expect(Object.keys(law).sort()).toEqual(writes.sort())
  for (const rows of Object.values(law)) expect(rows.length).toBeGreaterThan(0)
})

describe.each(databases)('the law on $name', (database) => {
  let world: World
  beforeAll(async () => {
    world = await createWorld(await database.open())
  })
  afterAll(async () => {
    expect(world.complaints).toEqual([])
    await world.close()
  })

  it.each(cases)('[Y11][Y3][Y4] $op, case $nth', async ({ row }) => {
    const [ann, ben, stranger] = [
      await world.person('Ann'),
      await world.person('Ben'),
      await world.person('Stranger'),
    ]
    const viewers = [ann, ben, stranger]
    const scene: Scene = { world, ann, ben, room: 0 }
    await row.before(scene)
    await world.told()

    const live: Map<number, Stream>[] = []
    const pulled: Map<number, Stream>[] = []
    for (const viewer of viewers) {
      viewer.heard()
      live.push(await holdings(viewer))
      pulled.push(await holdings(viewer))
    }
    const versions = pulled.map((held) => new Map([...held].map(([id, { version }]) => [id, version])))
    await row.act(scene)
    await world.told()

    const moved = new Set<string>()
    for (const [i, viewer] of viewers.entries()) {
      const fresh = await holdings(viewer)
      for (const [id, { version }] of fresh) {
        const name =
          id === ann.userId ? 'ann' : id === ben.userId ? 'ben' : id === scene.room ? 'room' : undefined
        if (name && version !== versions[i]?.get(id)) moved.add(name)
      }
      for (const id of fresh.keys()) {
        const old = pulled[i]?.get(id)
        if (old) await follow(viewer.call, id, old, 1)
        else pulled[i]?.set(id, await viewer.snapshot(id))
      }
      expect(windowed(pulled[i]!), `${viewer.name}, pulling row by row`).toEqual(fresh)
      await hear(viewer, live[i]!, viewer.heard())
      expect(windowed(live[i]!), `${viewer.name}, by live frames`).toEqual(fresh)
    }
    expect([...moved].sort()).toEqual(row.moves)
    expect([...live[2]!.keys()], 'a stranger holds his own stream only').toEqual([stranger.userId])
    expect(live[2]!.get(stranger.userId)?.version).toBe(1)
  })
})
