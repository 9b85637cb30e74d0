/** Strangers guess at passwords, by a counted clock: how often they are heard, and whether the owner gets in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Input } from '../../protocol'
import { databases } from './databases'
import { solve } from '../helpers/solve'
import { createWorld, device, type World } from './world'

type Shown = Pick<Input<'accounts.signIn'>, 'deviceToken' | 'answer'>
const minute = 60_000
const code = (answer: { ok: boolean; error?: { code: string } }): string =>
  answer.ok ? 'ok' : (answer.error?.code ?? '')
describe.each(databases)('guessing on $name', (database) => {
  let world: World
  beforeAll(async () => {
    world = await createWorld(await database.open())
  })
  afterAll(async () => {
    expect(world.complaints).toEqual([])
    await world.close()
  })

  const at = (address: string) => world.as({ kind: 'anonymous', address })
  const signIn = (account: string, password: string, shown: Shown = {}, address = 'home') =>
    at(address)('accounts.signIn', { account, password, device, ...shown })
  async function challenge(account: string, address = 'home') {
    const answer = await at(address)('accounts.getChallenge', { account })
    if (!answer.ok) throw new Error(answer.error.code)
    return answer.value
  }
  const solved = async (account: string, address = 'home') => ({
    answer: solve(await challenge(account, address)),
  })
  async function exhaust(account: string) {
    for (let n = 0; n < 5; n++) await signIn(account, 'wrong', {}, 'stranger')
  }

  describe('of who shows nothing', () => {
    it.each(['known', 'unknown'])(
      '[A3] [A11] five tries at an account that is %s are heard',
      async (which) => {
        const person = await world.person('Cat')
        const account = which === 'known' ? person.account : `unknown_${person.userId % 1e9}`
        for (let n = 0; n < 5; n++) expect(code(await signIn(account, 'wrong'))).toBe('badCredentials')
        const refusal = { ok: false, error: { code: 'challengeNeeded', data: { retryAfterMs: 30 * minute } } }
        expect(await signIn(account.toUpperCase(), 'wrong')).toEqual(refusal)
        expect(await signIn(account, person.password)).toEqual(refusal)
        world.clock.advance(30 * minute)
        expect(code(await signIn(account, 'wrong'))).toBe('badCredentials')
        expect(await signIn(account, 'wrong')).toEqual(refusal)
      },
    )

    it('[A11] [F7] every one of many tries at once counts', async () => {
      for (const account of [(await world.person('Eve')).account, 'nobody_here']) {
        const tries = Array.from({ length: 30 }, () => signIn(account, 'wrong'))
        const codes = (await Promise.all(tries)).map(code)
        expect(codes.filter((c) => c === 'badCredentials')).toHaveLength(5)
        expect(codes.filter((c) => c === 'challengeNeeded')).toHaveLength(25)
      }
    })

    it('[A11] a success uses up nothing and gives nothing back', async () => {
      const { account, password } = await world.person('Dan')
      for (let n = 0; n < 4; n++) await signIn(account, 'wrong')
      for (let n = 0; n < 9; n++) expect(code(await signIn(account, password))).toBe('ok')
      expect(code(await signIn(account, 'wrong'))).toBe('badCredentials')
      expect(code(await signIn(account, password))).toBe('challengeNeeded')
    })
  })

  describe('a device token', () => {
    it('[A12] of registering and of every sign-in gets its device in, right after guesses and after a sign-out', async () => {
      const person = await world.person('Fay')
      const second = await signIn(person.account, person.password)
      if (!second.ok) throw new Error(second.error.code)
      await exhaust(person.account)
      await person.must('accounts.signOut', {})
      for (const { deviceToken } of [person.tokens, second.value]) {
        expect(Buffer.from(deviceToken, 'base64url')).toHaveLength(32)
        const answer = await signIn(person.account, person.password, { deviceToken }, 'anywhere')
        expect(answer).toMatchObject({ ok: true, value: { deviceToken } })
      }
    })

    it('[A12] is kept as a hash', async () => {
      const { tokens } = await world.person('Ida')
      const rows = await world.db.read(async (c) =>
        c.all('select * from device_tokens where user_id = ?', [tokens.userId]),
      )
      expect(rows).toHaveLength(1)
      expect(JSON.stringify(rows)).not.toContain(tokens.deviceToken)
    })

    it('[A12] has five wrong passwords of its own, and a sign-in frees it', async () => {
      const { account, password, tokens } = await world.person('Gil')
      const shown = { deviceToken: tokens.deviceToken }
      await exhaust(account)
      for (let n = 0; n < 4; n++) expect(code(await signIn(account, 'typo', shown))).toBe('badCredentials')
      expect(code(await signIn(account, password, shown))).toBe('ok')
      for (let n = 0; n < 5; n++) expect(code(await signIn(account, 'typo', shown))).toBe('badCredentials')
      expect(code(await signIn(account, password, shown))).toBe('challengeNeeded')
      world.clock.advance(6 * minute)
      expect(code(await signIn(account, password, shown))).toBe('ok')
    })

    it('[A12] is one of 20 that an account has', async () => {
      const { account, password, tokens } = await world.person('Hal')
      for (let n = 0; n < 20; n++) {
        world.clock.advance(1)
        await signIn(account, password)
      }
      const [{ kept } = { kept: 0 }] = await world.db.read(async (c) =>
        c.all<{ kept: number }>('select count(*) as kept from device_tokens where user_id = ?', [
          tokens.userId,
        ]),
      )
      expect(kept).toBe(20)
      expect(code(await signIn(account, password, { deviceToken: tokens.deviceToken }))).toBe(
        'challengeFailed',
      )
    })

    it('[A15] that is forged, or of another account, is refused and counts', async () => {
      const [person, other] = [await world.person('Jim'), await world.person('Kim')]
      const bad = [other.tokens.deviceToken, 'x', `${person.tokens.deviceToken}x`, 'A'.repeat(43), '']
      for (const deviceToken of bad.slice(0, 4)) {
        const answers = [person.account, 'nobody_else'].map((a) =>
          signIn(a, person.password, { deviceToken }),
        )
        for (const answer of await Promise.all(answers))
          expect(answer).toEqual({ ok: false, error: { code: 'challengeFailed' } })
      }
      expect(code(await signIn(person.account, 'wrong'))).toBe('badCredentials')
      expect(code(await signIn(person.account, person.password))).toBe('challengeNeeded')
    })
  })

  describe('a challenge', () => {
    it('[A13] gets one sign-in in, and no second', async () => {
      const { account, password } = await world.person('Lea')
      await exhaust(account)
      const shown = await solved(account)
      expect(code(await signIn(account, password, shown))).toBe('ok')
      expect(code(await signIn(account, password, shown))).toBe('challengeFailed')
    })

    it('[A13] counts once, however many show it at once', async () => {
      const { account, password } = await world.person('Mia')
      await exhaust(account)
      const shown = await solved(account)
      const codes = (
        await Promise.all(Array.from({ length: 9 }, () => signIn(account, password, shown)))
      ).map(code)
      expect(codes.sort()).toEqual([...Array<string>(8).fill('challengeFailed'), 'ok'])
    })

    it('[A13] [A15] is for its account, its address and its two minutes, as it was made', async () => {
      const [person, other] = [await world.person('Ned'), await world.person('Ola')]
      const { account, password } = person
      const { answer } = await solved(account)
      const until = /\.([^.]+)&$/.exec(answer.salt)?.[1] ?? ''
      const wrong: [Shown, string?][] = [
        [await solved(other.account)],
        [{ answer }, 'elsewhere'],
        [{ answer: { ...answer, number: answer.number + 1 } }],
        [{ answer: { ...answer, signature: '0'.repeat(64) } }],
        [
          {
            answer: {
              ...answer,
              salt: answer.salt.replace(until, (parseInt(until, 36) + minute).toString(36)),
            },
          },
        ],
        [{ answer: { ...answer, salt: 'x' } }],
      ]
      for (const [shown, address] of wrong)
        expect(code(await signIn(account, password, shown, address))).toBe('challengeFailed')
      const late = await solved(account)
      world.clock.advance(2 * minute)
      expect(code(await signIn(account, password, late))).toBe('challengeFailed')
      // So many that the open tries are used up.
      expect(code(await signIn(account, password))).toBe('challengeNeeded')
    })

    it.each(['known', 'unknown'])(
      '[A13] gets harder with each failure of an account that is %s',
      async (which) => {
        const person = await world.person('Pia')
        const account = which === 'known' ? person.account : `absent_${person.userId % 1e9}`
        const harder: number[] = []
        for (let n = 0; n < 8; n++) {
          harder.push((await challenge(account)).maxNumber)
          await signIn(account, 'wrong', { deviceToken: 'forged' })
        }
        expect(harder).toEqual(Array.from({ length: 8 }, (_, n) => Math.ceil((4_000 + 400 * n) / 1_000)))
        world.clock.advance(60 * minute)
        expect((await challenge(account)).maxNumber).toBe(4)
      },
    )
  })

  it('[A11] forgets what does not count any more, so that no table grows for ever', async () => {
    for (let n = 0; n < 40; n++) await signIn(`stranger_${n}`, 'wrong')
    world.clock.advance(25 * 60 * minute)
    for (let n = 0; n < 9; n++) await signIn(`later_${n}`, 'wrong', { deviceToken: 'forged' })
    const keys = async (table: string) =>
      world.db.read(async (c) =>
        c.all<{ k: string }>(`select account_key as k from ${table} where account_key like 'stranger%'`),
      )
    expect(await keys('sign_in_failures')).toEqual([])
    expect(await keys('sign_in_budgets')).toEqual([])
  })
})
