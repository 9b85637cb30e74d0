/** Bugs of the funnel: commit, savepoints, repeats, limits. */
import type { Mutant } from '../mutant'

const commit = 'tests/server/commit.test.ts'
const chat = 'tests/server/chat.test.ts'
const heads = 'tests/server/heads.test.ts'

export const commitMutants: readonly Mutant[] = [
  {
    name: 'ack before commit',
    edits: [
      {
        file: 'server/commit.ts',
        find: 'const outcomes = await runJobs(tx, jobs, broken)\n',
        put: 'const outcomes = await runJobs(tx, jobs, broken)\n      jobs.forEach((job, i) => job.settle(resultOf(outcomes[i])))\n',
      },
    ],
    tests: [
      { file: commit, title: '[F4] answers when the commit is durable, not before' },
      { file: commit, title: '[F4] when COMMIT fails' },
    ],
  },
  {
    name: 'a failed commit is acked',
    edits: [
      {
        file: 'server/commit.ts',
        find: 'for (const job of jobs) job.settle({ ok: false, error })',
        put: 'for (const job of jobs) job.settle(error ? ok({}) : ok({}))',
      },
    ],
    tests: [{ file: commit, title: '[F4] when COMMIT fails' }],
  },
  {
    name: 'phones are told before the commit',
    edits: [
      {
        file: 'server/commit.ts',
        find: 'return { outcomes, ...(await tx.flush()) }',
        put: 'const told = await tx.flush()\n      publisher.committed(told.changes, told.notices)\n      return { outcomes, ...told }',
      },
    ],
    tests: [{ file: commit, title: '[F4] when COMMIT fails' }],
  },
  {
    name: 'goes on after a fatal failure',
    edits: [{ file: 'server/commit.ts', find: '\n    dead = true\n', put: '\n' }],
    tests: [{ file: commit, title: '[F4] commits nothing more after a fatal failure' }],
  },
  {
    name: 'a deadlock is not run again',
    edits: [{ file: 'server/commit.ts', find: 'const triesMax = 4', put: 'const triesMax = 1' }],
    tests: [{ file: commit, title: '[F12] runs a transaction again that the database gave up' }],
  },
  {
    name: 'the queue of writes has no bound',
    edits: [
      { file: 'server/commit.ts', find: 'const waitingMax = 4096', put: 'const waitingMax = Infinity' },
    ],
    tests: [{ file: commit, title: '[F5] at most 4,096 writes wait' }],
  },
  {
    name: 'a stop does not wait for the writes it accepted',
    edits: [{ file: 'server/commit.ts', find: 'return lanes.idle()', put: 'return Promise.resolve()' }],
    tests: [
      { file: 'tests/server/stop.test.ts', title: '[F11] what is written when a stop begins is answered' },
    ],
  },
  {
    name: 'a savepoint is not rolled back',
    edits: [
      {
        file: 'server/units.ts',
        find: "  await tx.db.put('ROLLBACK TO one_call')\n",
        put: '',
      },
    ],
    tests: [
      { file: commit, title: '[F3] a refusal and a throw undo their own call alone' },
      { file: commit, title: '[F7] a refusal that says keep leaves what its call wrote' },
    ],
  },
  {
    name: 'a refusal that says keep is rolled back',
    edits: [{ file: 'server/units.ts', find: '=> outcome.ok || outcome.keep', put: '=> outcome.ok' }],
    tests: [
      { file: commit, title: '[F7] a refusal that says keep leaves what its call wrote' },
      { file: 'tests/server/guessing.test.ts', title: '[A11] [F7] every one of many tries at once counts' },
    ],
  },
  {
    name: 'what a refused call recorded is published',
    edits: [
      {
        file: 'server/units.ts',
        find: '  await keep(tx)\n  tx.undo()',
        put: '  await keep(tx)\n  tx.begin()',
      },
    ],
    tests: [{ file: commit, title: '[F3] a refusal and a throw undo their own call alone' }],
  },
  {
    name: 'a refusal without a savepoint is not undone',
    edits: [{ file: 'server/units.ts', find: 'if (tx.hasWritten) return undefined\n', put: '' }],
    tests: [{ file: commit, title: '[F7] a refusal that says keep leaves what its call wrote' }],
  },
  {
    name: 'heads are remembered though nobody knows whether the commit is there',
    edits: [{ file: 'server/sync/known-heads.ts', find: '      this.forget()\n', put: '' }],
    tests: [{ file: heads, title: '[Y1][F4] are those of the database' }],
  },
  {
    name: 'heads are remembered before the commit',
    edits: [
      {
        file: 'server/commit.ts',
        find: 'const outcomes = await runJobs(tx, jobs, broken)\n',
        put: 'const outcomes = await runJobs(tx, jobs, broken)\n      known?.keep((await tx.flush()).heads)\n',
      },
      { file: 'server/sync/known-heads.ts', find: '      this.forget()\n', put: '' },
    ],
    tests: [{ file: heads, title: '[Y1][F4] are those of the database' }],
  },
  {
    name: 'a batch that throws is not undone',
    edits: [
      {
        file: 'server/units.ts',
        find: "  await tx.db.put('ROLLBACK')\n  if (tx.db.dialect === 'sqlite') await tx.db.put('BEGIN IMMEDIATE')\n",
        put: '',
      },
    ],
    tests: [{ file: 'tests/server/batch.test.ts', title: '[F9] neighbours in a batch fare as one by one' }],
  },
  {
    name: 'a first success is not remembered',
    edits: [
      {
        file: 'server/units.ts',
        find: 'if (repeat && outcome.ok) await storeRepeat',
        put: 'if (repeat && !outcome.ok) await storeRepeat',
      },
    ],
    tests: [{ file: commit, title: '[F6] a stored write repeats its first success' }],
  },
  {
    name: 'a first success is remembered in another transaction',
    edits: [
      {
        file: 'server/commit.ts',
        find: 'const outcomes = await runJobs(tx, jobs, broken)\n',
        put: 'const outcomes = await runJobs(tx, jobs.map(({ repeat: _, ...job }) => job), broken)\n',
      },
      {
        file: 'server/commit.ts',
        find: '    jobs.forEach((job, i) => job.settle(resultOf(outcomes[i])))',
        put: `    const { storeRepeat, findRepeat } = await import('./repeat')
    for (const [i, { repeat }] of jobs.entries())
      if (repeat && outcomes[i]?.ok)
        await db.write(async (c) => {
          const first = await findRepeat(c, repeat)
          if (first) outcomes[i] = first
          else await storeRepeat(c, repeat, (outcomes[i] as { value: unknown }).value, 0)
        })
    jobs.forEach((job, i) => job.settle(resultOf(outcomes[i])))`,
      },
    ],
    tests: [{ file: commit, title: '[F6] equal calls at the same time take effect once, on two nodes too' }],
  },
  {
    name: 'another payload under the same clientId counts as a repeat',
    edits: [
      { file: 'server/repeat.ts', find: 'first.payload_hash === hash ?', put: 'first.payload_hash !== "" ?' },
    ],
    tests: [{ file: commit, title: '[F6] a stored write repeats its first success' }],
  },
  {
    name: 'a message is deduplicated for a minute only',
    edits: [
      {
        file: 'server/chat/sendMessage.ts',
        find: 'return old && (',
        put: 'return old && tx.now() - old.at < 60_000 && (',
      },
    ],
    tests: [
      {
        file: chat,
        title: '[S4][F6] the same clientId with the same body gets the first answer, however late',
      },
    ],
  },
  {
    name: 'ack with another seq',
    edits: [
      {
        file: 'server/chat/sendMessage.ts',
        find: 'return ok({ seq, at })',
        put: 'return ok({ seq: seq + 1, at })',
      },
    ],
    tests: [{ file: chat, title: '[S2][S3] answers the next seq and the time' }],
  },
  {
    name: 'friendship is not asked for',
    edits: [
      { file: 'server/chat/sendMessage.ts', find: 'friends: place.friends === 1', put: 'friends: true' },
    ],
    tests: [{ file: chat, title: '[S1] refuses two who are friends no more' }],
  },
  {
    name: 'permission read outside the transaction',
    edits: [
      {
        file: 'server/chat/sendMessage.ts',
        find: '  prepare: async ({ input }) => ok(payloadHashOf(input.body)),',
        put: `  prepare: async ({ input, caller, db }) => {
    const early = await (await import('./sql')).placeOf(db, input.conversationId, caller.userId)
    return ok([payloadHashOf(input.body), early]) as never
  },`,
      },
      {
        file: 'server/chat/sendMessage.ts',
        find: '  const { input, caller, prepared: payloadHash } = call\n',
        put: `  const { input, caller, prepared } = call
  const [payloadHash, early] = prepared as unknown as [string, PlacesTable | undefined]
`,
      },
      {
        file: 'server/chat/sendMessage.ts',
        find: 'const place = head && (await rows.placeOf(tx.db, conversationId, caller.userId))',
        put: 'const place = head && early',
      },
    ],
    tests: [
      {
        file: 'tests/server/places.test.ts',
        title: '[S1] [F1] a place that closes while a send waits keeps it out',
      },
    ],
  },
  {
    name: 'place read before the head lock',
    edits: [
      {
        file: 'server/chat/sendMessage.ts',
        find: '  const locked = tx.lock(calls.map(({ input }) => input.conversationId))\n',
        put: '',
      },
      {
        file: 'server/chat/sendMessage.ts',
        find: 'calls.map(sendOf), locked)',
        put: 'calls.map(sendOf), Promise.resolve().then(() => tx.lock(calls.map(({ input }) => input.conversationId))))',
      },
    ],
    tests: [
      {
        file: 'tests/server/places.test.ts',
        title: '[S1] [F12] a place that another node closes while a send waits for the head keeps it out',
        within: 'mysql',
      },
    ],
  },
]
