/** The work on a challenge, in slices between which the page draws and listens. */
import sha256 from 'crypto-js/sha256'
import type { WorkPort } from '../engine/ports'

/** Looks among numbers from `from` on; undefined: it is none of those up to `tried`, exclusive. */
export type Hasher = (
  salt: string,
  hash: readonly number[],
  from: number,
  to: number,
) => Promise<Found> | Found
interface Found {
  number: number | undefined
  tried: number
}

const sliceMs = 8
const [sliceNumbersMax, batchNumbers] = [1_024, 128]

export function createWork(look: Hasher): WorkPort {
  return {
    solve({ challenge, salt, maxNumber }, done) {
      const hash = wordsOf(challenge)
      let isOver = false
      const end = (number: number | undefined): void => {
        if (!isOver) done(number)
        isOver = true
      }
      async function slice(from: number): Promise<void> {
        if (isOver) return
        const { number, tried } = await look(salt, hash, from, maxNumber + 1)
        if (number !== undefined || tried > maxNumber) end(number)
        else next(tried)
      }
      const next = (from: number): void =>
        void setTimeout(() => void slice(from).catch(() => end(undefined)), 0)
      next(0)
      return () => void (isOver = true)
    },
  }
}

/** By crypto-js, on the thread of the page: a short while at a time, and never many, should the clock be set back. */
export const ownHasher: Hasher = (salt, hash, from, to) => {
  const start = Date.now()
  const end = Math.min(to, from + sliceNumbersMax)
  let tried = from
  while (tried < end && (tried % 16 !== 0 || tried === from || Date.now() - start < sliceMs)) {
    if (fits(sha256(`${salt}${tried}`).words, hash)) return { number: tried, tried }
    tried += 1
  }
  return { number: undefined, tried }
}

/** By WebCrypto, on threads of its own: some at once, as each call costs a wait. */
export const webHasher =
  (subtle: Pick<SubtleCrypto, 'digest'>): Hasher =>
  async (salt, hash, from, to) => {
    const numbers = Array.from({ length: Math.min(batchNumbers, to - from) }, (_, n) => from + n)
    const digests = await Promise.all(numbers.map((n) => subtle.digest('SHA-256', bytesOf(`${salt}${n}`))))
    const number = numbers.find((_, n) => fits(wordsIn(digests[n]), hash))
    return { number, tried: from + numbers.length }
  }

const fits = (words: readonly number[], hash: readonly number[]): boolean =>
  words[0] === hash[0] && hash.every((word, n) => words[n] === word)

/** A SHA-256 in hex as eight signed numbers. What is no hash fits nothing. */
const wordsOf = (hex: string): number[] =>
  Array.from({ length: 8 }, (_, n) => Number.parseInt(hex.slice(n * 8, n * 8 + 8), 16) | 0)

function wordsIn(digest: ArrayBuffer | undefined): number[] {
  if (!digest) return []
  const view = new DataView(digest)
  return Array.from({ length: 8 }, (_, n) => view.getInt32(n * 4))
}

/** Salts are ASCII. */
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(text.length)
  for (let n = 0; n < text.length; n++) bytes[n] = text.charCodeAt(n)
  return bytes
}
