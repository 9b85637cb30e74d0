import { hash } from '@node-rs/argon2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UsersTable } from '../../server/db/tables'
import { databases } from './databases'
import { createWorld, device, freshClientId, type Person, type World } from './world'

const code = (answer: { ok: boolean; error?: { code: string } }): string =>
  answer.ok ? 'ok' : (answer.error?.code ?? '')

describe.each(databases)('accounts on $name', (database) => {
  let world: World
  beforeAll(async () => {
    world = await createWorld(await database.open())
  })
  afterAll(async () => {
    expect(world.complaints).toEqual([])
    await world.close()
  })

  const register = (account: string, password = 'long enough', clientId = freshClientId(), name = 'N') =>
    world.anonymous('accounts.register', { clientId, account, password, name, device })
  const signIn = (account: string, password: string) =>
    world.anonymous('accounts.signIn', { account, password, device })
  const refresh = (refreshToken: string) => world.anonymous('accounts.refresh', { refreshToken })
  /** Refreshes and gives the new token. */
  async function next(refreshToken: string): Promise<string> {
    const answer = await refresh(refreshToken)
    if (!answer.ok) throw new Error(answer.error.code)
    return answer.value.refreshToken
  }
  const knows = (token: string) => world.authenticate(world.db, token)

  describe('register', () => {
    it('[A1] takes an account once, whatever its case, and keeps its case for show', async () => {
      expect(code(await register('Li_Lei'))).toBe('ok')
      expect(code(await register('lI_leI'))).toBe('accountTaken')
      const viewer = await world.person('Viewer')
      const found = await viewer.must('contacts.searchAccount', { account: 'LI_LEI' })
      expect(found.profile?.account).toBe('Li_Lei')
    })

    it('[A1] makes one account of twenty registrations at once', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => register('crowded')))
      expect(answers.map(code).sort()).toEqual([...Array<string>(19).fill('accountTaken'), 'ok'])
    })

    it('[A7] with the same clientId, account and password signs in again', async () => {
      const clientId = freshClientId()
      const first = await register('repeated', 'long enough', clientId)
      const again = await register('Repeated', 'long enough', clientId)
      if (!first.ok || !again.ok) throw new Error('refused')
      expect(again.value.userId).toBe(first.value.userId)
      expect(again.value.sessionId).not.toBe(first.value.sessionId)
      expect(await knows(again.value.accessToken)).toEqual({
        userId: first.value.userId,
        sessionId: again.value.sessionId,
      })
    })

    it('[A7][F6] with the same clientId and another password is a conflict', async () => {
      const clientId = freshClientId()
      expect(code(await register('conflicting', 'long enough', clientId))).toBe('ok')
      expect(code(await register('conflicting', 'long enougH', clientId))).toBe('conflict')
    })

    it('[A7] asked twice at once makes one account, and the one that came late succeeds when it comes again', async () => {
      const clientId = freshClientId()
      const twice = () => Promise.all([1, 2].map(() => register('hurried', 'long enough', clientId)))
      const [first, second] = (await twice()).map(code).sort()
      expect(first).toBe('ok')
      expect(['ok', 'tooManyRequests']).toContain(second)
      expect((await twice()).map(code)).toEqual(['ok', 'ok'])
      const users = await world.db.read(async (c) =>
        c.all<UsersTable>('select id from users where account_key = ?', ['hurried']),
      )
      expect(users).toHaveLength(1)
    })

    it('[A2] keeps the password as argon2id and nowhere else', async () => {
      await register('secretive', 'a very Secret pass')
      const [user] = await world.db.read(async (c) =>
        c.all<UsersTable>('select * from users where account_key = ?', ['secretive']),
      )
      expect(user?.password_hash).toMatch(/^\$argon2id\$v=19\$/)
      expect(JSON.stringify(user)).not.toContain('Secret')
    })

    it.each([
      ['12345678', 'sequence'],
      ['password', 'common'],
      ['        ', 'repeated'],
      ['My_Own_Name', 'personal'],
      ['my own words', 'personal'],
      ['corvette1', 'common'],
      ['20200101', 'guessable'],
    ])('[A20] refuses %j as too weak, and says why', async (password, reason) => {
      const answer = await register('my_own_name', password, freshClientId(), 'My Own Words')
      expect(answer).toEqual({ ok: false, error: { code: 'passwordTooWeak', data: { reason } } })
    })

    it('[A20] takes 8 to 128 signs, however many units and bytes they are made of', async () => {
      const ask = (password: string) => register('of_length', password)
      const short = { ok: false, error: { code: 'invalidInput', data: { path: '/password' } } }
      const half = 'kX7#pQ2mZ9bWe5tR'
      for (const password of ['kX7#pQ2', '🙂🦊🐟🌵', `${half.repeat(8)}x`, `${half}\ud83d`])
        expect(await ask(password)).toMatchObject(short)
      for (const [n, password] of [
        'kX7#pQ2m',
        half.repeat(8),
        `${'한글'.normalize('NFD')}${'🙂🦊🐟🌵'.repeat(31)}`,
      ].entries()) {
        expect(code(await register(`of_length_${n}`, password))).toBe('ok')
        expect(code(await signIn(`of_length_${n}`, password))).toBe('ok')
      }
    })

    it('[A19] takes a password however its letters are composed', async () => {
      await register('composed', 'Cafe\u0301 au lait')
      expect(code(await signIn('composed', 'Caf\u00e9\u00a0au lait'))).toBe('ok')
      expect(code(await signIn('composed', 'Cafe\u0301 au lait'))).toBe('ok')
      expect(code(await signIn('composed', 'Cafe au lait'))).toBe('badCredentials')
    })

    it('[A19, A20] lets those in whose passwords were kept before the rules', async () => {
      await register('of_old')
      const keep = async (password: string) => {
        const kept = await hash(password, { memoryCost: 64, timeCost: 1, parallelism: 1 })
        await world.db.write(async (c) =>
          c.run('update users set password_hash = ? where account_key = ?', [kept, 'of_old']),
        )
      }
      for (const password of ['12345678', 'cafe\u0301cafe\u0301']) {
        await keep(password)
        expect(code(await signIn('of_old', password))).toBe('ok')
      }
    })

    it('[C5] gives the profile its place in an address book, as a row of the own stream', async () => {
      const person = await world.person('曾国藩')
      const { version, rows } = await person.snapshot()
      expect(version).toBe(1)
      expect(rows.get('profile')).toEqual({
        ...{ k: 'profile', v: 1, id: person.userId, version: 1, account: person.account },
        ...{ name: '曾国藩', sortKey: 'zeng guo fan', letter: 'Z' },
      })
    })

    it('[D5] keeps every character of a name', async () => {
      const name = '👩‍👩‍👧 𠮷Zoë\u0301'
      const person = await world.person(name)
      const viewer = await world.person('Viewer')
      await viewer.must('contacts.searchAccount', { account: person.account })
      const { profiles } = await viewer.must('accounts.getProfiles', {
        profiles: [{ id: person.userId, have: 0 }],
      })
      expect(profiles[0]?.name).toBe(name)
    })
  })

  describe('sign in', () => {
    it('[A1][A4] opens a session of its own, whatever the case of the account', async () => {
      const person = await world.person('Ann')
      const answer = await signIn(person.account.toUpperCase(), person.password)
      if (!answer.ok) throw new Error(answer.error.code)
      expect(answer.value.userId).toBe(person.userId)
      expect(answer.value.sessionId).not.toBe(person.tokens.sessionId)
      expect(await knows(person.tokens.accessToken)).toBeDefined()
    })

    it('[A2] answers unknown accounts, texts that are none and wrong passwords alike', async () => {
      const person = await world.person('Ben')
      const answers = [
        await signIn(person.account, 'wrong password'),
        await signIn('nobody_here', 'wrong password'),
        await signIn('no account!', 'wrong password'),
      ]
      for (const answer of answers) expect(answer).toEqual({ ok: false, error: { code: 'badCredentials' } })
    })
  })

  describe('sessions', () => {
    it('[A4] an access token holds for 15 minutes', async () => {
      const { tokens } = await world.person('Fay')
      expect(await knows(tokens.accessToken)).toEqual({
        userId: tokens.userId,
        sessionId: tokens.sessionId,
      })
      world.clock.advance(15 * 60_000)
      expect(await knows(tokens.accessToken)).toBeUndefined()
    })

    it('[A4] an access token of one user does not hold for the session of another', async () => {
      const [one, other] = [await world.person('Gus'), await world.person('Hal')]
      const mixed = { userId: one.userId, sessionId: other.tokens.sessionId }
      expect(await knows(world.tokens.access(mixed, world.clock.now()).accessToken)).toBeUndefined()
    })

    it('[A4] keeps no refresh token as it is', async () => {
      const { tokens } = await world.person('Ida')
      const [session] = await world.db.read(async (c) =>
        c.all('select * from sessions where id = ?', [tokens.sessionId]),
      )
      const random = tokens.refreshToken.split('.')[1] ?? ''
      expect(random.length).toBeGreaterThanOrEqual(43)
      expect(JSON.stringify(session)).not.toContain(random)
    })

    it('[A5] refreshing gives a new pair for the same session', async () => {
      const { tokens } = await world.person('Jim')
      world.clock.advance(16 * 60_000)
      const answer = await refresh(tokens.refreshToken)
      if (!answer.ok) throw new Error(answer.error.code)
      expect(answer.value.sessionId).toBe(tokens.sessionId)
      expect(answer.value.refreshToken).not.toBe(tokens.refreshToken)
      expect(await knows(answer.value.accessToken)).toBeDefined()
    })

    it('[A5] the replaced token works again while its successor is unused', async () => {
      const { tokens } = await world.person('Kim')
      for (let lost = 0; lost < 3; lost++) await next(tokens.refreshToken)
      const arrived = await next(tokens.refreshToken)
      expect(code(await refresh(await next(arrived)))).toBe('ok')
    })

    it('[A5] either of two answers to one token may be the one that arrived', async () => {
      const { tokens } = await world.person('Lea')
      const [first] = [await next(tokens.refreshToken), await next(tokens.refreshToken)]
      expect(code(await refresh(first))).toBe('ok')
    })

    it('[A5][F7] an old token after its successor was used ends the session, and tells it', async () => {
      const { tokens } = await world.person('Max')
      const newest = await next(await next(tokens.refreshToken))
      expect(code(await refresh(tokens.refreshToken))).toBe('sessionEnded')
      expect(code(await refresh(newest))).toBe('sessionEnded')
      expect(await knows(tokens.accessToken)).toBeUndefined()
      expect(world.notices.at(-1)).toEqual({
        to: { userId: tokens.userId, sessionId: tokens.sessionId },
        event: 'session.ended',
        data: { reason: 'revoked', at: world.clock.now() },
      })
    })

    it('[A5] a thief and the owner do not both go on, whoever comes first', async () => {
      for (const thiefFirst of [true, false]) {
        const { tokens } = await world.person('Ned')
        const stolen = await next(tokens.refreshToken)
        const owned = await next(tokens.refreshToken)
        const [one, two] = thiefFirst ? [stolen, owned] : [owned, stolen]
        expect(code(await refresh(one))).toBe('ok')
        expect(code(await refresh(two))).toBe('sessionEnded')
      }
    })

    it('[A5] a token that was never ours ends nothing', async () => {
      const { tokens } = await world.person('Ola')
      const [session, ...rest] = tokens.refreshToken.split('.')
      const forged = [session, 'x'.repeat(43), ...rest.slice(1)].join('.')
      expect(code(await refresh(forged))).toBe('sessionEnded')
      expect(code(await refresh(tokens.refreshToken))).toBe('ok')
    })

    it('[A6] signing out ends this session alone and tells its sockets, once', async () => {
      const person = await world.person('Pia')
      const second = await signIn(person.account, person.password)
      if (!second.ok) throw new Error(second.error.code)
      const before = world.notices.length
      await person.must('accounts.signOut', {})
      await person.must('accounts.signOut', {})
      expect(world.notices.slice(before)).toEqual([
        {
          to: { userId: person.userId, sessionId: person.tokens.sessionId },
          event: 'session.ended',
          data: { reason: 'signedOut', at: world.clock.now() },
        },
      ])
      expect(await knows(person.tokens.accessToken)).toBeUndefined()
      expect(code(await refresh(person.tokens.refreshToken))).toBe('sessionEnded')
      expect(await knows(second.value.accessToken)).toBeDefined()
    })
  })

  it('[Y13] gives profiles newer than what the caller has, and leaves out unknown ids', async () => {
    const people: Person[] = [await world.person('Quinn'), await world.person('Rae')]
    const [quinn, rae] = people.map(({ userId }) => userId) as [number, number]
    await people[0]!.must('contacts.searchAccount', { account: people[1]!.account })
    const { profiles } = await people[0]!.must('accounts.getProfiles', {
      profiles: [
        { id: quinn, have: 0 },
        { id: rae, have: 1 },
        { id: 1, have: 0 },
      ],
    })
    expect(profiles.map(({ id }) => id)).toEqual([quinn])
    expect(Object.keys(profiles[0]!).sort()).toEqual(
      ['account', 'id', 'letter', 'name', 'sortKey', 'version'].sort(),
    )
  })
})
