/**
 * Passwords, as hashes of argon2id, the library's default (A2). Slow on purpose, so only `prepare` uses it, never the transaction. Hashing runs on
 * the four threads of libuv's pool, which bounds the memory in use to four times `memoryCost`.
 */
import { hash, verify } from '@node-rs/argon2'

export interface PasswordCost {
  memoryKiB: number
  passes: number
  lanes: number
}
/** OWASP's smallest recommended set (19 MiB, 2 passes, 1 lane): 62 sign-ins a second on two cores. */
export const productionCost: PasswordCost = { memoryKiB: 19 * 1024, passes: 2, lanes: 1 }

export interface Passwords {
  /** The hash in PHC form, with its own salt. */
  hash(password: string): Promise<string>
  /** Compares with a hash; without one it takes the same time and says no. */
  fits(password: string, kept: string | undefined): Promise<boolean>
}

export function createPasswords(cost: PasswordCost = productionCost): Passwords {
  const options = {
    memoryCost: cost.memoryKiB,
    timeCost: cost.passes,
    parallelism: cost.lanes,
  }
  const hashOf = (password: string): Promise<string> => hash(password, options)
  const nobodys = hashOf('nobody has this password')
  return {
    hash: hashOf,
    async fits(password, kept) {
      const matches = await verify(kept ?? (await nobodys), password)
      return kept !== undefined && matches
    },
  }
}
