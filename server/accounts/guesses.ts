/** The budgets of one account in the database: read, and charged with what a try came to. Under the lock of its failures. */
import type { TimeMs } from '../../protocol/ids'
import type { Connection } from '../db/connection'
import type { SignInBudgetsTable } from '../db/tables'
import {
  budgetNames,
  budgets,
  deviceBudget,
  knownMs,
  seenMs,
  usedAfter,
  waitOf,
  type BudgetName,
  type Guessing,
} from './budgets'
import type { Whereabouts } from './challenges'
import type { Proof } from './proof'
import { budgetsOf, chargeDeviceToken, deviceTokenByHash, putBudget } from './sql'

export interface Try {
  accountKey: string
  proof: Proof
  from: Whereabouts
}
type Row = Pick<SignInBudgetsTable, 'used_until' | 'first_at' | 'good_at'>
const untouched: Row = { used_until: 0, first_at: 0, good_at: 0 }
const addressName = ({ address }: Whereabouts): string => `a:${address}`
const networkName = ({ network }: Whereabouts): string => `n:${network}`

/** What `decideTry` decides by. */
export async function guessingOf(db: Connection, { accountKey, proof, from }: Try): Promise<Guessing> {
  const rows = await rowsOf(db, accountKey, [...budgetNames, addressName(from), networkName(from)])
  const device = proof.device === undefined ? undefined : await deviceTokenByHash(db, proof.device)
  const [address, network] = [rows(addressName(from)), rows(networkName(from))]
  return {
    used: Object.fromEntries(budgetNames.map((name) => [name, rows(name).used_until])) as Guessing['used'],
    device: device?.used_until,
    solved: proof.answer && {
      isKnown: address.good_at > 0,
      isSeen: address.first_at > 0,
      isNetworkFresh: network.first_at === 0 || network.good_at > 0,
    },
  }
}

/** A wrong password: its budget pays. */
export async function charge(
  db: Connection,
  { accountKey, proof }: Try,
  name: BudgetName | 'device',
  now: TimeMs,
): Promise<void> {
  if (name !== 'device') return pay(db, accountKey, name, now)
  const device = await deviceTokenByHash(db, proof.device ?? '')
  if (device) await chargeDeviceToken(db, device.hash, usedAfter(deviceBudget, device.used_until, now))
}

/** What was shown does not hold: the open budget pays, as for any wrong password, as long as there is something in it. */
export async function chargeForged(db: Connection, accountKey: string, now: TimeMs): Promise<void> {
  const { used_until } = (await rowsOf(db, accountKey, ['open']))('open')
  if (waitOf(budgets.open, used_until, now) === 0) await pay(db, accountKey, 'open', now)
}

/** Somebody answered a challenge from there, or signed in (`good`). Neither is forgotten while it goes on. */
export async function notePlace(
  db: Connection,
  { accountKey, from }: Try,
  now: TimeMs,
  good: boolean,
): Promise<void> {
  const rows = await rowsOf(db, accountKey, [addressName(from), networkName(from)])
  for (const name of [addressName(from), networkName(from)]) {
    const { first_at, good_at } = rows(name)
    const goodAt = good ? now : good_at
    await putBudget(db, {
      ...{ account_key: accountKey, name, used_until: 0, first_at: first_at || now, good_at: goodAt },
      kept_until: Math.max(now + seenMs, goodAt && goodAt + knownMs),
    })
  }
}

async function pay(db: Connection, accountKey: string, name: BudgetName, now: TimeMs): Promise<void> {
  const { used_until } = (await rowsOf(db, accountKey, [name]))(name)
  const usedUntil = usedAfter(budgets[name], used_until, now)
  await putBudget(db, {
    ...{ account_key: accountKey, name, used_until: usedUntil, first_at: 0, good_at: 0 },
    kept_until: usedUntil,
  })
}

async function rowsOf(
  db: Connection,
  accountKey: string,
  names: readonly string[],
): Promise<(name: string) => Row> {
  const rows = await budgetsOf(db, accountKey, names)
  return (name) => rows.find((row) => row.name === name) ?? untouched
}
