/**
 * How many wrong passwords an account hears of, and from whom (docs/adr/0025-guessing-has-budgets.md). Pure. Each budget fills again
 * by itself; one time says all about it: until when it is used.
 */
import type { TimeMs } from '../../protocol/ids'

export interface Budget {
  /** Tries at once, after a long rest. */
  readonly burst: number
  /** One more comes back in this time. */
  readonly everyMs: number
}
const minute = 60_000

/** Of one account, for everybody together. In no hour do the guessers get more than 7 + 6 + 27 + 15 + 5 = 60 tries (A11). */
export const budgets = {
  /** For who shows nothing. */
  open: { burst: 5, everyMs: 30 * minute },
  /** For solved challenges, from an address where its user signed in before; */
  known: { burst: 3, everyMs: 20 * minute },
  /** from a network (/24, /48) that answers for the first time, and new addresses where its user signed in; */
  fresh: { burst: 3, everyMs: 150_000 },
  /** from an address that does; */
  beside: { burst: 2, everyMs: 270_000 },
  /** from any. */
  seen: { burst: 2, everyMs: 20 * minute },
} as const satisfies Record<string, Budget>
export type BudgetName = keyof typeof budgets
export const budgetNames = Object.keys(budgets) as BudgetName[]

/** Of one device token. */
export const deviceBudget: Budget = { burst: 5, everyMs: 6 * minute }
/** Time until the next try is free, in ms. However clocks differ or jump, it is never longer than one try takes. */
export function waitOf({ burst, everyMs }: Budget, usedUntil: TimeMs, now: TimeMs): number {
  const used = Math.min(usedUntil - now, burst * everyMs)
  return Math.max(0, used - (burst - 1) * everyMs)
}

/** Until when a budget is used after one more try. */
export const usedAfter = ({ burst, everyMs }: Budget, usedUntil: TimeMs, now: TimeMs): TimeMs =>
  Math.max(now, Math.min(usedUntil, now + (burst - 1) * everyMs)) + everyMs

/** What is known when somebody tries. Times of budgets: until when they are used; 0: not at all. */
export interface Guessing {
  used: Readonly<Record<BudgetName, TimeMs>>
  /** Of the device token he showed; undefined: none. */
  device: TimeMs | undefined
  /** Of where he calls from, when he solved a challenge: whether somebody signed in there, whether it answered before. */
  solved: { isKnown: boolean; isSeen: boolean; isNetworkFresh: boolean } | undefined
}
export type Verdict = { may: true; from: BudgetName | 'device' } | { may: false; waitMs: number }

/** Which budget pays for a try; when all that are open to it are used, how long until one of them is not. */
export function decideTry({ used, device, solved }: Guessing, now: TimeMs): Verdict {
  const ways: [from: BudgetName | 'device', waitMs: number][] = []
  const add = (name: BudgetName) => ways.push([name, waitOf(budgets[name], used[name], now)])
  if (device !== undefined) ways.push(['device', waitOf(deviceBudget, device, now)])
  if (solved?.isKnown) add('known')
  if (solved?.isNetworkFresh && !solved.isSeen) add('fresh')
  if (solved && !solved.isSeen) add('beside')
  add('open')
  if (solved) add('seen')
  const free = ways.find(([, waitMs]) => waitMs === 0)
  return free
    ? { may: true, from: free[0] }
    : { may: false, waitMs: Math.min(...ways.map(([, waitMs]) => waitMs)) }
}

/** Greatest number a challenge hides: about half of it has to be tried. Each failure makes it harder, up to the greatest (A13). */
export const workOf = (failures: number): number => Math.min(numberMax, numberMin + failures * numberStep)
const [numberMin, numberStep, numberMax] = [4_000, 400, 40_000]

/** Failures are counted until an hour went by without one. */
export const failuresKeptMs = 60 * minute
/** So long an address is known after a sign-in, and remembered after its first answer. */
export const [knownMs, seenMs] = [90 * 24 * 60 * minute, 24 * 60 * minute]
