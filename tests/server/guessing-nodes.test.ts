/** What guards signing in holds over several nodes: budgets, answers and device tokens are in the database. */
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Input } from '../../protocol'
import { must, post, register } from '../helpers/wire-client'
import { sharedBackends, twoServers } from './siblings'
import { solve } from '../helpers/solve'
import { device } from './world'

it('needs a database that several servers can share: the embedded one is of one process', () => {
  expect(sharedBackends.map(({ name }) => name)).not.toContain('sqlite')
})

describe.each(sharedBackends)('two servers on $name', (store) => {
  const urls = twoServers(store, {})
  const someone = () => register(urls()[0], `g_${randomUUID().slice(0, 12)}`)
  async function signIn(server: 0 | 1, input: Omit<Input<'accounts.signIn'>, 'device'>) {
    const answer = await post(urls()[server], 'accounts.signIn', { ...input, device })
    return answer.ok ? 'ok' : answer.error.code
  }
  const password = 'correct horse 1'

  it('[A13] an answer that one node took is taken by no other, even at once', async () => {
    const { account } = await someone()
    const answer = solve(must(await post(urls()[0], 'accounts.getChallenge', { account })))
    const codes = await Promise.all(
      ([0, 1] as const).map((server) => signIn(server, { account, password, answer })),
    )
    expect(codes.sort()).toEqual(['challengeFailed', 'ok'])
    expect(await signIn(1, { account, password, answer })).toBe('challengeFailed')
  })

  it('[A11] [A12] tries are counted together, and a device token is known to both', async () => {
    const { account } = await someone()
    const answer = must(await post(urls()[0], 'accounts.signIn', { account, password, device }))
    const tries = Array.from({ length: 20 }, (_, n) => signIn(n % 2 ? 1 : 0, { account, password: 'wrong' }))
    const codes = await Promise.all(tries)
    expect(codes.filter((code) => code === 'badCredentials')).toHaveLength(5)
    expect(codes.filter((code) => code === 'challengeNeeded')).toHaveLength(15)
    for (const server of [0, 1] as const)
      expect(await signIn(server, { account, password, deviceToken: answer.deviceToken })).toBe('ok')
  })
})
