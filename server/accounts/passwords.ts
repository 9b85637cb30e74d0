/**
 * Passwords, as hashes of argon2id, the library's default (A2). Slow on purpose, so only `prepare` uses it, never the transaction.
 * Two are hashed at once, on threads of libuv's pool, so that files and other reads have the other two (L4).
 */
import { hash, verify } from '@node-rs/argon2'
import { opaque } from './rules'

export interface PasswordCost {
  memoryKiB: number
  passes: number
  lanes: number
}
/** OWASP's smallest recommended set (19 MiB, 2 passes, 1 lane): 62 sign-ins a second on two cores. */
export const productionCost: PasswordCost = { memoryKiB: 19 * 1024, passes: 2, lanes: 1 }

export interface Passwords {
  /** So many wait that one more has to come later. Asked in the same step as `hash` or `fits`, nothing falls between. */
  isBusy(): boolean
  /** The hash in PHC form, with its own salt, of the password as A19 has it. */
  hash(password: string): Promise<string>
  /** Compares with a hash, of the password as A19 has it or as it was typed, which older ones were made of; without one it takes the same time and says no. */
  fits(password: string, kept: string | undefined): Promise<boolean>
}

const atOnceMax = 2
export const waitingMax = 50

export function createPasswords(cost: PasswordCost = productionCost): Passwords {
  const options = {
    memoryCost: cost.memoryKiB,
    timeCost: cost.passes,
    parallelism: cost.lanes,
  }
  const turns = inTurn(atOnceMax)
  const hashOf = (password: string): Promise<string> => turns.take(() => hash(opaque(password), options))
  const nobodys = hashOf('nobody has this password')
  return {
    isBusy: () => turns.waiting() >= waitingMax,
    hash: hashOf,
    fits: (password, kept) =>
      turns.take(async () => {
        const against = kept ?? (await nobodys)
        const same = opaque(password)
        const matches =
          (await verify(against, same)) || (same !== password && (await verify(against, password)))
        return kept !== undefined && matches
      }),
  }
}

/** Runs so many works at once; the others wait in order of arrival. */
function inTurn(atOnce: number) {
  const waiting: (() => void)[] = []
  let running = 0
  return {
    waiting: () => waiting.length,
    async take<T>(work: () => Promise<T>): Promise<T> {
      if (running === atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
      else running += 1
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else running -= 1
      }
    },
  }
}
