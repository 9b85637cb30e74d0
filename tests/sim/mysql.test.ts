/** Worlds of two nodes on one MySQL-protocol database, each node with connections of its own: transactions run side by side. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backend } from '../server/databases'
import { seedRunner } from './seeds'
import { mysqlStore } from './store'

const seeds = Math.max(20, Number(process.env.TOKENIM_SIM_SEEDS ?? 0) / 25)
const perTest = 5
const options = { phones: 4, acts: 100, nodes: 2 }
const url = backend('TOKENIM_TEST_MYSQL', 'MySQL')
const firsts = Array.from({ length: Math.ceil(seeds / perTest) }, (_, n) => n * perTest + 1)

it('a seed on a database that is not there is broken, and says how to run it again', async () => {
  const runner = seedRunner()
  const broken = await runner.broken({ seed: 1, options, mysql: 'mysql://root@127.0.0.1:1' })
  runner.close()
  expect(broken).toEqual([
    expect.stringMatching(
      /^seed 1: .*--phones 4 --acts 100 --nodes 2 --mysql mysql:\/\/root@127\.0\.0\.1:1\)$/s,
    ),
  ])
})

// The pool bounds each seed.
describe.each(url ? [url] : [])('simulation on a shared database', { timeout: 0 }, (mysql) => {
  const runner = seedRunner()
  const batches = new Map<number, Promise<string[][]>>()
  beforeAll(() => {
    for (const first of firsts) {
      const jobs = Array.from({ length: perTest }, (_, n) =>
        runner.broken({ seed: first + n, options, mysql }),
      )
      batches.set(first, Promise.all(jobs))
    }
  })
  afterAll(() => {
    runner.close()
    console.log(`simulation on a shared database: ${seeds} seeds, ${runner.counted()}`)
  })

  it.each(firsts)('[Y11] [Y12] [F12] [S2] [S4] every law holds from seed %i on', async (first) => {
    expect((await batches.get(first))?.flat()).toEqual([])
  })

  it('no real time ends a snapshot that waits for counted time to pass', async () => {
    const store = await mysqlStore(mysql)
    const db = await store.open()
    const sql = `SHOW VARIABLES WHERE Variable_name = 'idle_transaction_timeout' AND Value <> '0'`
    expect(await db.read(async (connection) => connection.all(sql))).toEqual([])
    await db.close()
    await store.drop()
  })
})
