/** Registered users who are friends two by two, made by the same calls that phones make. */
import { befriend, freshId, must, post } from '../tests/helpers/wire-client'
import type { Peer } from './dialects'

interface Person {
  userId: number
  account: string
  token: string
  refreshToken: string
  tokenEndsAt: number
}
interface Pair {
  both: [Person, Person]
  conversationId: number
}
export interface People {
  /** Both ends of each conversation, with tokens that hold for some minutes. */
  peers(): Promise<[Peer, Peer][]>
  /** Messages in all their conversations: seqs are dense from 1 (S2). */
  messages(): Promise<number>
}

/** Hashing passwords keeps a core busy for some ten milliseconds each: more at once gain nothing. */
const atOnce = 4
const freshForMs = 5 * 60_000
const device = { name: 'bench', platform: 'other' } as const

/** Registers 2 × `pairCount` users and makes them friends; `progress` hears how many pairs are done. */
export async function makePeople(
  url: string,
  pairCount: number,
  progress: (done: number) => void,
): Promise<People> {
  const pairs: Pair[] = []
  for (let from = 0; from < pairCount; from += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, pairCount - from) }, (_, n) => from + n)
    pairs.push(...(await Promise.all(numbers.map((n) => makePair(url, n)))))
    progress(pairs.length)
  }
  return {
    peers: async () => {
      for (const person of pairs.flatMap(({ both }) => both)) await renew(url, person)
      return pairs.map(({ both: [a, b], conversationId }) => {
        const to = String(conversationId)
        return [
          { key: a.token, to },
          { key: b.token, to },
        ]
      })
    },
    messages: async () => {
      let sum = 0
      for (const pair of pairs) sum += await headSeq(url, pair)
      return sum
    },
  }
}

async function makePair(url: string, n: number): Promise<Pair> {
  const both: Pair['both'] = [await register(url, `bench-a${n}`), await register(url, `bench-b${n}`)]
  return { both, conversationId: await befriend(url, ...both) }
}

async function register(url: string, account: string): Promise<Person> {
  const input = { clientId: freshId(), account, name: account, password: 'correct horse 1', device }
  return personOf(account, must(await post(url, 'accounts.register', input)))
}

/** Access tokens end after a quarter of an hour; a long bench outlives them. */
async function renew(url: string, person: Person): Promise<void> {
  if (person.tokenEndsAt - Date.now() > freshForMs) return
  const { account, refreshToken } = person
  Object.assign(person, personOf(account, must(await post(url, 'accounts.refresh', { refreshToken }))))
}

const personOf = (
  account: string,
  session: { userId: number; accessToken: string; refreshToken: string; accessExpiresAt: number },
): Person => ({
  userId: session.userId,
  account,
  token: session.accessToken,
  refreshToken: session.refreshToken,
  tokenEndsAt: session.accessExpiresAt,
})

async function headSeq(url: string, { both: [reader], conversationId }: Pair): Promise<number> {
  await renew(url, reader)
  const input = { conversationId, beforeSeq: Number.MAX_SAFE_INTEGER, limit: 1 }
  const { rows } = must(await post(url, 'chat.listMessages', input, reader.token))
  return rows[0]?.seq ?? 0
}
