import { effectScope } from 'vue'
import { afterEach, expect, it } from 'vitest'
import type { Engine, RoomView, Topic } from '../engine/face'
import { provideEngine } from './engine'
import { useRoom } from './room'

/** An engine whose room is what the test says it has become. */
let changed: (topics: ReadonlySet<Topic>) => void = () => undefined
let view: RoomView
let current = false
function becomes(more: Partial<RoomView>, isCurrent: boolean): void {
  view = { ...view, ...more }
  current = isCurrent
  changed(new Set<Topic>(['room', 'link']))
}
const message = (seq: number): RoomView['messages'][number] => ({
  ...{ key: `s${seq}`, clientId: '', seq, from: 2, mine: false, at: seq, readByPeer: false },
  ...{ body: { kind: 'text', text: `${seq}` }, send: { state: 'sent' } },
})
let scope = effectScope()
afterEach(() => {
  scope.stop()
  scope = effectScope()
})

function enterRoom(): ReturnType<typeof useRoom> {
  current = false
  view = {
    ...{ conversationId: 9, peer: undefined, peerId: undefined, me: 1, messages: [], more: false },
    ...{ loadingOlder: false, openedAtSeq: undefined, unread: 0, draft: '', canSpeak: { ok: true } },
  }
  const engine: Partial<Engine> = {
    tell: () => 1,
    onSettled: () => undefined,
    onChanged: (listener) => void (changed = listener),
    room: () => view,
    current: () => current,
    now: () => 0,
  }
  provideEngine(engine as Engine)
  const room = scope.run(() => useRoom(9))
  if (!room) throw new Error('the scope has ended')
  room.enter()
  return room
}

it('[R2] the line above new messages stands also where the room was entered before anything of it had come', () => {
  const room = enterRoom()
  const divided = () => room.rows.value.filter((row) => row.divided).map((row) => row.key)
  expect([room.entry.value, divided()]).toEqual([undefined, []])
  becomes({ openedAtSeq: 1, unread: 2, messages: [1, 2, 3].map(message) }, false)
  expect([room.entry.value, divided()]).toEqual([{ seq: 1, unread: 2 }, ['s2']])
  becomes({ unread: 0 }, true)
  becomes({ unread: 1, messages: [1, 2, 3, 4].map(message) }, true)
  expect([room.entry.value, divided()]).toEqual([{ seq: 1, unread: 2 }, ['s2']])
})

it('[R2] what is kept of a room does not hide what came since', () => {
  const room = enterRoom()
  becomes({ openedAtSeq: 3, messages: [1, 2, 3].map(message) }, false)
  becomes({ unread: 1, messages: [1, 2, 3, 4].map(message) }, true)
  expect(room.rows.value.map((row) => row.divided)).toEqual([false, false, false, true])
  becomes({ unread: 1, messages: [1, 2, 3, 4, 5].map(message) }, true)
  expect(room.entry.value).toEqual({ seq: 3, unread: 1 })
})
