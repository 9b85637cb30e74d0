import type { DicePort } from '../engine/ports'

/** Random bytes from a source fit for secrets. */
export interface ByteSource {
  /** Resolves when `take` may be called, rejects when there is no such source. Absent: at once. */
  ready?: Promise<void>
  take(count: number): Uint8Array
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const idChars = 22

/**
 * Ids of 132 random bits: 22 characters of 6 bits, one byte each. Jitter guards nothing and is asked for at every step,
 * before the source is ready too: it alone comes from the script engine's generator.
 */
export function createDice(source: ByteSource): DicePort {
  return {
    ...(source.ready && { ready: source.ready }),
    id: () => Array.from(source.take(idChars), (byte) => alphabet.charAt(byte & 63)).join(''),
    unit: () => Math.random(),
  }
}

/** H5 has it; for the app uni's compiler puts the system's SecureRandom behind the same name. */
export function cryptoSource(): ByteSource {
  return { take: (count) => crypto.getRandomValues(new Uint8Array(count)) }
}

export type GetRandomValues = (options: {
  length: number
  success(result: { randomValues: ArrayBuffer }): void
  fail(error: { errMsg: string }): void
}) => void

const poolBytes = 16 * 1024

/** The mini-program's source answers later, ids are needed at once: a pool that is filled again at half. */
export function pooledSource(getRandomValues: GetRandomValues | undefined): ByteSource {
  let pool = new Uint8Array(0)
  let used = 0
  let filling: Promise<void> | undefined
  const fill = () =>
    (filling ??= new Promise<void>((resolve, reject) => {
      if (!getRandomValues) throw new Error('This version of WeChat has no random source: update it.')
      getRandomValues({
        length: poolBytes,
        success: ({ randomValues }) => {
          pool = new Uint8Array(randomValues)
          used = 0
          resolve()
        },
        fail: ({ errMsg }) => reject(new Error(`No random bytes: ${errMsg}`)),
      })
    }).finally(() => (filling = undefined)))
  return {
    ready: fill(),
    take(count) {
      const bytes = pool.slice(used, used + count)
      if (bytes.length < count) throw new Error('The pool of random bytes is empty.')
      used += count
      if (used > pool.length / 2) fill().catch(() => undefined)
      return bytes
    },
  }
}
