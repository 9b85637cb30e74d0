import { describe, expect, it } from 'vitest'
import { createPasswords, productionCost, waitingMax } from './passwords'

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

  it('[A2] are salted: the same password has two hashes', async () => {
    expect(await passwords.hash('correct horse')).not.toBe(await passwords.hash('correct horse'))
  })

  it('[L4] wait in a queue that says when it is full, and all get their turn', async () => {
    const slow = createPasswords({ memoryKiB: 1024, passes: 1, lanes: 1 })
    await slow.hash('first')
    const hashing = Array.from({ length: 2 + waitingMax }, (_, n) => {
      expect(slow.isBusy()).toBe(false)
      return slow.hash(`password ${n}`)
    })
    expect(slow.isBusy()).toBe(true)
    expect(new Set(await Promise.all(hashing)).size).toBe(2 + waitingMax)
    expect(slow.isBusy()).toBe(false)
  })

  it('[A2] fit nobody, and take the same work to find that out', async () => {
    const slow = createPasswords({ memoryKiB: 16 * 1024, passes: 2, lanes: 1 })
    const kept = await slow.hash('somebody')
    await slow.fits('warm', undefined)
    expect(await slow.fits('nobody has this password', undefined)).toBe(false)
    const times = { known: [] as number[], unknown: [] as number[] }
    for (let i = 0; i < 15; i++) {
      times.known.push(await timed(() => slow.fits('wrong', kept)))
      times.unknown.push(await timed(() => slow.fits('wrong', undefined)))
    }
    const ratio = median(times.unknown) / median(times.known)
    expect(ratio).toBeGreaterThan(0.5)
    expect(ratio).toBeLessThan(2)
  })
})

/** CPU time of this process, on all its threads: what others do on the machine does not count. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(start)
  return user + system
}
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!
