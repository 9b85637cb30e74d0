import { RuleTester } from 'eslint'
import { describe, it } from 'vitest'
import { awaitOnlyTx } from './await-only-tx.js'

RuleTester.describe = describe
RuleTester.it = it
const tester = new RuleTester({ languageOptions: { ecmaVersion: 2022, sourceType: 'module' } })

tester.run('await-only-tx', awaitOnlyTx, {
  valid: [
    'handleWrite("a", { async run(call, tx) { await tx.lock([1]); return ok(await sql.head(tx, 1)) } })',
    'handleWrite("a", { async run(call, tx) { await tx.db.all("SELECT 1"); await sql.head(tx.db, 1) } })',
    'handleWrite("a", { run: async (call, tx) => { const { db } = tx; await sql.head(db) } })',
    'handleWrite("a", { async batch(calls, tx) { const db = tx.db; for (const c of calls) await one(c, db) } })',
    'handleWrite("a", { async prepare(call) { return ok(await hash(call.input.password)) }, async run(c, tx) {} })',
    'async function openPlace(tx, id) { await tx.openStream(id) }',
    'handleRead("a", async ({ db, input }) => ok(await sql.find(db, input)))',
  ],
  invalid: [
    {
      code: 'handleWrite("a", { async run(call, tx) { await fetch("http://elsewhere") } })',
      errors: [{ messageId: 'notTx' }],
    },
    {
      code: 'handleWrite("a", { async run(call, tx) { await Promise.all(ids.map((id) => sql.one(tx, id))) } })',
      errors: [{ messageId: 'notTx' }],
    },
    {
      code: 'handleWrite("a", { async run(call, tx) { const p = hash(call); await p } })',
      errors: [{ messageId: 'notTx' }],
    },
    {
      code: 'handleWrite("a", { run: async (call) => { await other.db.all("SELECT 1") } })',
      errors: [{ messageId: 'noTx' }],
    },
    {
      code: 'async function store(tx, list) { for await (const x of list) use(x) }',
      errors: [{ messageId: 'notTx' }],
    },
    {
      code: 'handleWrite("a", { async batch(calls, tx) { const head = tx.head(1); await wait(head) } })',
      errors: [{ messageId: 'notTx' }],
    },
  ],
})
