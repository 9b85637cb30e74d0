/** Bugs of what nodes share, of load, and of phones without a socket. */
import type { Mutant } from '../mutant'

const notices = 'tests/server/notices.test.ts'
const wait = 'server/sync/wait.test.ts'
const limiter = 'tests/server/limiter.test.ts'

export const nodesMutants: readonly Mutant[] = [
  {
    name: 'a transaction that falls silent keeps its locks',
    edits: [{ file: 'server/db/mysql.ts', find: ' /*M!, idle_transaction_timeout = 3 */', put: '' }],
    tests: [
      {
        file: 'tests/server/mysql.test.ts',
        title: '[F14] a write that falls silent is undone by the database',
      },
    ],
  },
  {
    name: 'without Redis rate limits fail open',
    edits: [
      {
        file: 'server/limiter-shared.ts',
        find: 'const waitMs = await local.take(op, who, limit)',
        put: 'const waitMs = isShared(limit) ? 0 : await local.take(op, who, limit)',
      },
    ],
    tests: [{ file: limiter, title: 'a node counts alone, exactly, and at once' }],
  },
  {
    name: 'every call waits for a Redis that is away',
    edits: [
      {
        file: 'server/bus/circuit.ts',
        find: 'if (broken && now() < restsUntil)',
        put: 'if (broken && now() < 0)',
      },
    ],
    tests: [{ file: limiter, title: 'rests after a failure, then tries once' }],
  },
  {
    name: 'the end of a session is told by the bus alone',
    edits: [
      {
        file: 'server/sync/notices.ts',
        find: '  for (const { to, event, data } of notices) {',
        put: '  for (const { to, event, data } of notices.slice(0, 0)) {',
      },
    ],
    tests: [{ file: notices, title: 'are told on a node that gets no hints when it reads what is new' }],
  },
  {
    name: 'notices that commit late are missed',
    edits: [{ file: 'server/sync/notices.ts', find: ' - overlapMs * idsPerMs', put: '' }],
    tests: [
      { file: notices, title: 'that commit late, with an id lower than one already read, are not missed' },
    ],
  },
  {
    name: 'a wait misses what is told while it reads',
    edits: [
      {
        file: 'server/sync/wait.ts',
        find: '    if (!this.isTold) await new Promise',
        put: '    await new Promise',
      },
    ],
    tests: [{ file: wait, title: 'misses nothing that is told while it reads' }],
  },
  {
    name: 'a wait outlives its session',
    edits: [
      {
        file: 'server/sync/wait.ts',
        find: "if (notice.event !== 'session.ended') return",
        put: "if (notice.event !== 'session.endedLater') return",
      },
    ],
    tests: [
      { file: wait, title: '[A6] gets unauthenticated when its session ends; other devices go on waiting' },
    ],
  },
  {
    name: 'one conversation fills the queue of writes',
    edits: [
      {
        file: 'server/commit.ts',
        find: "laneMax: db.dialect === 'sqlite' ? waitingMax : laneMax,",
        put: 'laneMax: waitingMax,',
      },
    ],
    tests: [
      {
        file: 'tests/server/commit.test.ts',
        title: '[F15] on MySQL one conversation takes a quarter of the queue',
        within: 'mysql',
      },
    ],
  },
  {
    name: 'every refusal of a database that is away is a line of the log',
    edits: [
      {
        file: 'server/calm-log.ts',
        find: 'if (times !== undefined) return void',
        put: 'if (times !== undefined && times < 0) return void',
      },
    ],
    tests: [{ file: 'server/calm-log.test.ts', title: '[L7] tells equal lines once' }],
  },
  {
    name: 'sends are turned away first',
    edits: [
      { file: 'server/load.ts', find: "'chat.sendMessage': 'work'", put: "'chat.sendMessage': 'passing'" },
    ],
    tests: [{ file: 'server/load.test.ts', title: '[L1] signing out never, sends last' }],
  },
  {
    name: 'a loaded server takes everything',
    edits: [
      { file: 'server/load.ts', find: 'level >= shedFrom[purpose]', put: 'level >= shedFrom[purpose] * 100' },
    ],
    tests: [
      {
        file: 'tests/server/load.test.ts',
        title: '[L2] turns a call away before rate limit and input are looked at',
      },
    ],
  },
  {
    name: 'a socket takes over from the poll before it has answered a ping',
    edits: [
      {
        file: 'src/engine/link.ts',
        find: "if (poll.phase === 'off' || poll.phase === 'probing') return comeUp",
        put: "if (poll.phase !== 'renewing') return comeUp",
      },
    ],
    tests: [
      {
        file: 'src/engine/poll-return.test.ts',
        title: '[W10] a socket that is cut or silent before that changes nothing',
      },
    ],
  },
]
