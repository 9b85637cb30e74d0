import { describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { Model } from './test-model'
import { Phone } from './test-world'

const body = { kind: 'text' as const, text: 'hello' }

/** A phone that was used and whose disk holds one of each kind of entry. */
async function used(): Promise<{ model: Model; disk: Map<string, string> }> {
  const model = new Model()
  model.addUser(1)
  model.addUser(2)
  model.befriend(100, 1, 2)
  model.call(2, 'chat.sendMessage', { conversationId: 100, clientId: 'theirs-1', body, seenSeq: 0 }, 5)
  const phone = await new Phone({ model, name: 'used' }).signIn()
  await phone.run(2_000)
  phone.drop()
  phone.tell({ is: 'call', op: 'chat.sendMessage', input: { conversationId: 100, body, seenSeq: 0 } })
  phone.tell({ is: 'setDraft', conversationId: 100, text: 'draft' })
  phone.tell({ is: 'background' })
  await phone.run()
  return { model, disk: phone.kill() }
}

describe('stored', () => {
  it('[O9] the mirror is stored at most once a second, however much comes', async () => {
    const { model, disk } = await used()
    const phone = await new Phone({ model, disk }).boot()
    await phone.run(3_000)
    const { length } = phone.batches
    for (let n = 0; n < 100; n++) {
      model.call(2, 'chat.sendMessage', { conversationId: 100, clientId: `more-${n}`, body, seenSeq: 0 }, 6)
      await phone.run(30)
    }
    expect(phone.batches.length - length).toBeLessThanOrEqual(4)
    expect(phone.batches.length - length).toBeGreaterThanOrEqual(2)
  })

  it('[O9] a disk that was written is what the next start shows, without any link', async () => {
    const { disk } = await used()
    const phone = await new Phone({ disk }).boot()
    expect(phone.engine.session()).toMatchObject({ state: 'signedIn', userId: 1, me: { name: 'User 1' } })
    expect(phone.engine.chats()).toMatchObject([
      { conversationId: 100, unread: 1, draft: 'draft', peer: { id: 2 } },
    ])
    expect(phone.engine.room(100).messages).toHaveLength(2)
    expect(phone.engine.contacts()).toHaveLength(1)
  })

  const damages: [string, (value: string) => string][] = [
    ['cut short', (value) => value.slice(0, -9)],
    ['of another format', (value) => value.replace('"format":1', '"format":99')],
    ['of another shape', () => '{"format":1,"value":{"version":-1,"clientId":7,"messages":{}}}'],
    ['not even an object', () => '{"format":1,"value":7}'],
    ['empty', () => ''],
  ]
  for (const [how, damage] of damages) {
    it(`[Y6] an entry that is ${how} is dropped and fetched again, and nothing else suffers`, async () => {
      for (const key of (await used()).disk.keys()) {
        const { model, disk } = await used()
        disk.set(key, damage(disk.get(key)!))
        const phone = await new Phone({ model, disk }).boot()
        if (key === 'session') {
          expect([phone.engine.session().state, disk.has(key)]).toEqual(['signedOut', false])
          continue
        }
        await phone.run(3_000)
        expect(phone.engine.chats()).toMatchObject([{ conversationId: 100, peer: { id: 2 } }])
        expect(model.effects).toHaveLength(key.startsWith('act/') ? 1 : 2)
        expect(phone.engine.chats()[0]?.draft).toBe(key.startsWith('draft/') ? '' : 'draft')
        expect(phone.engine.current()).toBe(true)
      }
    })
  }

  it('[Y6] an entry whose parts are wrong is dropped', async () => {
    const { disk } = await used()
    const message = { k: 'message', v: 1, seq: 1 }
    const base = { version: 1, floorSeq: 1 }
    const wrong = [
      { ...base, messages: [{ seq: 1 }], rows: [] },
      { ...base, messages: [message, message], rows: [] },
      { ...base, messages: [], rows: [3] },
      { ...base, messages: [], rows: 3 },
    ]
    wrong.forEach((value, n) => disk.set(`mirror/1/${500 + n}`, JSON.stringify({ format: 1, value })))
    disk.set('register', '{"format":1,"value":{"account":3}}')
    disk.set('mirror/2/2', JSON.stringify({ format: 1, value: { ...base, messages: [], rows: [] } }))
    disk.set(
      'act/1/x',
      JSON.stringify({ format: 1, value: { clientId: 'x', order: 1, op: 'gone.op', input: {} } }),
    )
    disk.set('settings', 'not mine')
    const phone = await new Phone({ disk }).boot()
    const kept = [...disk.keys()].sort()
    const starts = [
      'act/1/used',
      'draft/1/100',
      'mirror/1/1',
      'mirror/1/100',
      'profile/1/2',
      'session',
      'settings',
    ]
    expect(kept.map((key, n) => key.startsWith(starts[n] ?? '-'))).toEqual(starts.map(() => true))
    expect(phone.engine.pendingCount()).toBe(1)
  })

  it('[O9] a store that cannot be read is as good as empty', async () => {
    const phone = new Phone()
    Object.assign(phone.disk, {
      [Symbol.iterator]: () => {
        throw new Error('broken')
      },
    })
    phone.autoOwn = false
    phone.engine.start()
    phone.owner!(true)
    await phone.run(limits.connectingShownAfterMs)
    expect(phone.engine.session()).toEqual({ state: 'signedOut' })
  })
})
