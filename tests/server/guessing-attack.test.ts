/**
 * A hundred addresses guess at one account for ten minutes, by a counted clock: how often they are heard, and whether the owner
 * gets in. Each budget is tried on both databases in guessing.test.ts.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Input } from '../../protocol'
import { databases } from './databases'
import { solve } from '../helpers/solve'
import { createWorld, device, type World } from './world'

type Shown = Pick<Input<'accounts.signIn'>, 'deviceToken' | 'answer'>
const minute = 60_000
const code = (answer: { ok: boolean; error?: { code: string } }): string =>
  answer.ok ? 'ok' : (answer.error?.code ?? '')
/** In as many networks as there are addresses. */
const strangers = Array.from({ length: 100 }, (_, n) => `10.${n}.7.9`)
/** All in one /24. */
const neighbours = Array.from({ length: 100 }, (_, n) => `198.51.100.${n}`)

let world: World
beforeAll(async () => {
  world = await createWorld(await databases[0]!.open())
})
afterAll(async () => {
  expect(world.complaints).toEqual([])
  await world.close()
})
const at = (address: string) => world.as({ kind: 'anonymous', address })
const signIn = (account: string, password: string, shown: Shown, address: string) =>
  at(address)('accounts.signIn', { account, password, device, ...shown })
/** As the client does it: without anything, then with an answer. */
async function enter(account: string, password: string, address: string) {
  const first = await signIn(account, password, {}, address)
  if (code(first) !== 'challengeNeeded') return first
  const challenge = await at(address)('accounts.getChallenge', { account })
  return challenge.ok ? signIn(account, password, { answer: solve(challenge.value) }, address) : challenge
}

describe.each([
  ['in 100 networks', strangers, 160],
  ['in one /24', neighbours, 0],
])('from 100 addresses %s during 10 minutes', (_where, addresses, elsewhereFrom) => {
  /** A round of all guessers each 20 s for ten minutes; the owner in between. How many were heard in the hour from then. */
  async function attack(
    guess: (address: string) => Promise<unknown>,
    owner: (second: number) => Promise<void>,
  ) {
    let heard = 0
    for (let second = 0; second < 600; second += 20) {
      for (const address of addresses) if ((await guess(address)) === 'badCredentials') heard++
      await owner(second)
      world.clock.advance(20_000)
    }
    for (let more = 0; more < 50; more++) {
      for (const address of addresses.slice(0, 20)) if ((await guess(address)) === 'badCredentials') heard++
      world.clock.advance(minute)
    }
    expect(heard).toBeLessThanOrEqual(60)
    return heard
  }

  it('[A11] [A12] [A13] guessers who show nothing get seven, the owner enters each time: on his phone, and on a new one', async () => {
    const person = await world.person('Quinn')
    const { account, password, tokens } = person
    const heard = await attack(
      async (address) => code(await signIn(account, 'wrong', {}, address)),
      async (second) => {
        const shown = { deviceToken: tokens.deviceToken }
        expect(code(await signIn(account, password, shown, 'on the way'))).toBe('ok')
        expect(code(await enter(account, password, `203.0.113.${second / 20}`))).toBe('ok')
      },
    )
    expect(heard).toBeLessThanOrEqual(7)
  }, 120_000)

  it('[A11] [A14] guessers who solve get at most 60 tries an hour, the owner enters each time: on his phone, on a new one at home, and on a new one elsewhere, soon or at once', async () => {
    const person = await world.person('Rae')
    const { account, password, tokens } = person
    expect(code(await signIn(account, password, {}, '203.0.113.7'))).toBe('ok')
    await attack(
      async (address) => code(await enter(account, 'wrong', address)),
      async (second) => {
        const shown = { deviceToken: tokens.deviceToken }
        expect(code(await signIn(account, password, shown, 'on the way'))).toBe('ok')
        expect(code(await enter(account, password, '203.0.113.7'))).toBe('ok')
        if (second >= elsewhereFrom)
          expect(code(await enter(account, password, `192.0.2.${second / 20}`))).toBe('ok')
      },
    )
  }, 240_000)
})
