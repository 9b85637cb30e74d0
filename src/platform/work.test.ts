import { createHash, webcrypto } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createWork, ownHasher, webHasher } from './work'

const hidden = (number: number, maxNumber: number) => ({
  challenge: createHash('sha256').update(`salt.of.one&${number}`).digest('hex'),
  ...{ salt: 'salt.of.one&', maxNumber },
})

describe.each([
  ['crypto-js', ownHasher],
  ['WebCrypto', webHasher(webcrypto.subtle)],
])('[A17] work with %s', (_name, look) => {
  const solve = (challenge: ReturnType<typeof hidden>) =>
    new Promise((resolve) => createWork(look).solve(challenge, resolve))

  it('finds the number, the first and the last one too', async () => {
    for (const number of [0, 1, 15, 16, 127, 128, 1_024, 2_999])
      expect(await solve(hidden(number, 3_000))).toBe(number)
    expect(await solve(hidden(500, 500))).toBe(500)
  })

  it('says when there is none', async () => {
    expect(await solve(hidden(501, 500))).toBeUndefined()
    expect(await solve({ ...hidden(1, 40), challenge: 'no hash' })).toBeUndefined()
  })

  it('lets others have their turn between slices, and stops when it is called off', async () => {
    let turns = 0
    const found: unknown[] = []
    const stop = createWork(look).solve(hidden(-1, 1e9), (number) => found.push(number))
    await new Promise<void>((resolve) => {
      const turn = () => (++turns === 5 ? resolve() : void setTimeout(turn, 0))
      turn()
    })
    stop()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([turns, found]).toEqual([5, []])
  })

  it('never tries more than a slice at once', async () => {
    const words = [1, 2, 3, 4, 5, 6, 7, 8]
    const { tried, number } = await look('s', words, 0, 1e6)
    expect(number).toBeUndefined()
    expect(tried).toBeGreaterThan(0)
    expect(tried).toBeLessThanOrEqual(1_024)
  })
})
