import { hash, verify } from '@node-rs/argon2'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createPasswords, productionCost, waitingMax } from './passwords'

vi.mock('@node-rs/argon2', { spy: true })
beforeEach(() => vi.resetAllMocks())

const passwords = createPasswords({ memoryKiB: 64, passes: 1, lanes: 1 })

describe('passwords', () => {
  it("[A2] are kept as argon2id with OWASP's parameters", async () => {
    const kept = await createPasswords().hash('correct horse')
    expect(kept).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(productionCost).toEqual({ memoryKiB: 19456, passes: 2, lanes: 1 })
  })

  it('[A2] fit their own hash only, with every byte counted', async () => {
    const long = '密'.repeat(63)
    const kept = await passwords.hash(`${long}a`)
    expect(await passwords.fits(`${long}a`, kept)).toBe(true)
    expect(await passwords.fits(`${long}b`, kept)).toBe(false)
    expect(await passwords.fits(`${long}a `, kept)).toBe(false)
  })

  it.each([
    ['composed letters', 'cafe\u0301 de\u0301ja\u0300', 'caf\u00e9 d\u00e9j\u00e0'],
    ['Hangul', '\u1112\u1161\u11ab\u1100\u1173\u11af 12', '\ud55c\uae00 12'],
    ['spaces', 'one\u00a0two\u3000three', 'one two three'],
    ['marks in another order', 'q\u0307\u0323 is odd', 'q\u0323\u0307 is odd'],
  ])('[A19] fit however they are written: %s', async (_what, one, other) => {
    for (const [registered, typed] of [
      [one, other],
      [other, one],
      [one, one],
    ] as const)
      expect(await passwords.fits(typed, await passwords.hash(registered))).toBe(true)
  })

  it('[A19] fit hashes that were made of what was typed', async () => {
    const typed = 'cafe\u0301\u00a0de\u0301ja\u0300'
    const old = await hash(typed, { memoryCost: 64, timeCost: 1, parallelism: 1 })
    expect(await passwords.fits(typed, old)).toBe(true)
    expect(await passwords.fits(`${typed}!`, old)).toBe(false)
  })

  it('[A19] differ by case and by white space at their ends', async () => {
    const kept = await passwords.hash('Correct horse ')
    for (const other of [
      'Correct horse',
      'correct horse ',
      ' Correct horse ',
      'Correct  horse ',
      '\uff23orrect horse ',
    ])
      expect(await passwords.fits(other, kept)).toBe(false)
  })

  it('[A2] are salted: the same password has two hashes', async () => {
    expect(await passwords.hash('correct horse')).not.toBe(await passwords.hash('correct horse'))
  })

  it('[L4] wait in a queue that says when it is full, and all get their turn', async () => {
    const ends: (() => void)[] = []
    vi.mocked(hash).mockImplementation(async (password) => {
      await new Promise<void>((resolve) => ends.push(resolve))
      return `hash of ${String(password)}`
    })
    // The first is the hash of an unknown account, which every server makes for itself.
    const queue = createPasswords()
    const done: string[] = []
    const hashing = Array.from({ length: 1 + waitingMax }, (_, n) => {
      expect(queue.isBusy()).toBe(false)
      return queue.hash(`${n}`).then(() => done.push(`${n}`))
    })
    expect(queue.isBusy()).toBe(true)
    for (let n = 0; n < 2 + waitingMax; n++) {
      expect(vi.mocked(hash).mock.calls).toHaveLength(Math.min(n + 2, 2 + waitingMax))
      ends[n]?.()
      await new Promise(setImmediate)
    }
    await Promise.all(hashing)
    expect(queue.isBusy()).toBe(false)
    expect(done).toEqual(Array.from({ length: 1 + waitingMax }, (_, n) => `${n}`))
  })

  it('[A2] fit nobody, and take the same work to find that out: one check of a hash at the same cost', async () => {
    const kept = await passwords.hash('somebody')
    const costOf = (phc: string) => phc.split('$').slice(0, 4).join('$')
    for (const known of [kept, undefined]) {
      vi.mocked(verify).mockClear()
      expect(await passwords.fits('wrong', known)).toBe(false)
      expect(await passwords.fits('nobody has this password', known)).toBe(false)
      const checked = vi.mocked(verify).mock.calls.map(([phc]) => costOf(String(phc)))
      expect(checked).toEqual([costOf(kept), costOf(kept)])
    }
  })
})
