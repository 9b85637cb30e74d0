import { randomFillSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createDice, cryptoSource, pooledSource, type GetRandomValues } from './dice'

const wechat: GetRandomValues = ({ length, success }) =>
  void setTimeout(() => success({ randomValues: randomFillSync(new Uint8Array(length)).buffer }), 0)
const idForm = /^[A-Za-z0-9_-]{22}$/

describe('dice', () => {
  it('[O1] makes ids of 22 characters, all different, every character of the alphabet used', () => {
    const dice = createDice(cryptoSource())
    expect(dice.ready).toBeUndefined()
    const ids = Array.from({ length: 2_000 }, () => dice.id())
    for (const id of ids) expect(id).toMatch(idForm)
    expect(new Set(ids).size).toBe(ids.length)
    expect(new Set(ids.join('')).size).toBe(64)
  })

  it('makes jitter between 0 and 1', () => {
    const dice = createDice(cryptoSource())
    for (let n = 0; n < 100; n++) {
      expect(dice.unit()).toBeGreaterThanOrEqual(0)
      expect(dice.unit()).toBeLessThan(1)
    }
  })

  it('[O1] draws from a pool where the source answers later, and fills it again', async () => {
    const dice = createDice(pooledSource(wechat))
    expect(() => dice.id()).toThrow('empty')
    await dice.ready
    const ids = new Set<string>()
    for (let round = 0; round < 10; round++) {
      for (let n = 0; n < 400; n++) ids.add(dice.id())
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(ids.size).toBe(4_000)
  })

  it('says so when there is no source, instead of making ids up', async () => {
    await expect(createDice(pooledSource(undefined)).ready).rejects.toThrow('WeChat')
    const broken: GetRandomValues = ({ fail }) => fail({ errMsg: 'getRandomValues:fail' })
    const dice = createDice(pooledSource(broken))
    await expect(dice.ready).rejects.toThrow('getRandomValues:fail')
    expect(() => dice.id()).toThrow('empty')
  })
})
