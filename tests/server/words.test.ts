/** What people write, as the server takes and keeps it (rules T). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases } from './databases'
import { befriend, createWorld, device, freshClientId, textOf, type Person, type World } from './world'

const unseen = [
  '\u200b',
  ' \u2800\u3164 ',
  '\u00ad',
  '\ufe0f',
  '\u0301',
  '\u202e\u202c',
  '\u{e0061}',
  '\ud83d',
]

describe.each(databases)('texts on $name', ({ open }) => {
  let world: World
  let anna: Person
  let room: number
  beforeAll(async () => {
    world = await createWorld(await open())
    anna = await world.person('Anna')
    room = await befriend(anna, await world.person('Bo'))
  })
  afterAll(async () => world.close())
  let accounts = 0
  const register = (name: string) =>
    world.anonymous('accounts.register', {
      ...{ clientId: freshClientId(), account: `words_${++accounts}`, name, device },
      password: 'a horse and a battery',
    })
  const refusedAt = (path: string) => ({ ok: false, error: { code: 'invalidInput', data: { path } } })

  it('[T1, T3] refuses what shows nothing, wherever people write', async () => {
    const { userId } = await world.person('Cleo')
    for (const text of unseen) {
      expect(await register(text)).toMatchObject(refusedAt('/name'))
      expect(await anna.call('chat.sendMessage', textOf(room, text))).toMatchObject(refusedAt('/body/text'))
      expect(await anna.call('contacts.searchAccount', { account: text })).toMatchObject(
        refusedAt('/account'),
      )
      const ask = { clientId: freshClientId(), userId, message: text }
      expect(await anna.call('contacts.requestFriend', ask)).toMatchObject(refusedAt('/message'))
      const signIn = { account: text, password: 'x', device }
      expect(await world.anonymous('accounts.signIn', signIn)).toMatchObject(refusedAt('/account'))
      const phone = { account: anna.account, password: anna.password, device: { ...device, name: text } }
      expect(await world.anonymous('accounts.signIn', phone)).toMatchObject(refusedAt('/device/name'))
    }
    expect(
      await anna.call('contacts.requestFriend', { clientId: freshClientId(), userId, message: '' }),
    ).toMatchObject({
      ok: true,
    })
  })

  it('[T1] keeps a text as it was typed', async () => {
    const text = ' \u202eאבג\u200d\n🏴\u{e0067}\u{e007f} '
    const { seq } = await anna.must('chat.sendMessage', textOf(room, text))
    const { rows } = await anna.must('chat.listMessages', {
      conversationId: room,
      beforeSeq: seq + 1,
      limit: 1,
    })
    expect(rows[0]?.body).toEqual({ kind: 'text', text })
  })

  it('[T2] refuses names of several lines and names that turn what follows', async () => {
    for (const name of ['An\nna', 'Anna\r', 'A\u0000', 'A\u0007', 'A\u2028b', '\u202eannA', 'A\u2067'])
      expect(await register(name)).toMatchObject(refusedAt('/name'))
  })

  it('[T2, C5] keeps names tidy and composed, and sorts them so', async () => {
    const names = ['  Anna \u3000 Lee\u00a0', '\u200bE\u0301mile', 'അവന്‍']
    const kept: [string, string][] = []
    for (const name of names) {
      const answer = await register(name)
      if (!answer.ok) throw new Error(answer.error.code)
      const { userId, sessionId } = answer.value
      const call = world.as({ kind: 'user', userId, sessionId, address: 'test' })
      const page = await call('sync.pull', { stream: userId, since: 0 })
      const row = page.ok ? page.value.rows[0] : undefined
      if (row?.k === 'profile') kept.push([row.name, row.letter])
    }
    expect(kept).toEqual([
      ['Anna Lee', 'A'],
      ['Émile', 'E'],
      ['അവന്‍', '#'],
    ])
  })

  it('[C1] a search takes no sign for a letter that folds to one', async () => {
    const kim = {
      ...{ clientId: freshClientId(), account: 'kim_1', name: 'Kim', device },
      password: 'a horse and a battery',
    }
    await world.anonymous('accounts.register', kim)
    expect(await anna.must('contacts.searchAccount', { account: 'KIM_1' })).toMatchObject({
      profile: { name: 'Kim' },
    })
    expect(await anna.must('contacts.searchAccount', { account: '\u212aim_1' })).toEqual({ profile: null })
  })
})
