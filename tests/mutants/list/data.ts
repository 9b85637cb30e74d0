/** Bugs of the databases: durability, keys, locks, ids, snapshots. */
import type { Edit, Mutant } from '../mutant'
import { simulated } from '../simulated'

const sqlite = 'tests/server/sqlite.test.ts'
const snapshot = 'tests/server/snapshot.test.ts'

/** Each statement of a read sees what is committed by then. */
const noSnapshot: Edit = {
  file: 'server/db/sqlite.ts',
  find: "within(reader, work, 'BEGIN', (sql) => reader.run(sql))",
  put: 'work(reader)',
}

export const dataMutants: readonly Mutant[] = [
  {
    name: 'synchronous=NORMAL',
    edits: [
      { file: 'server/db/sqlite-connection.ts', find: "'OFF' : 'FULL'", put: "'OFF' : 'NORMAL'" },
      {
        file: 'server/db/sqlite-connection.ts',
        find: '(unsafeDurability ? 0 : 2)',
        put: '(unsafeDurability ? 0 : 1)',
      },
    ],
    tests: [{ file: sqlite, title: '[D1] writes its log to disk at every commit' }],
  },
  {
    name: 'starts on a MariaDB that does not flush its commits',
    edits: [
      { file: 'server/db/mysql.ts', find: 'if (row?.flush !== 1)', put: 'if (row?.flush === undefined)' },
    ],
    tests: [
      {
        file: 'tests/server/mysql.test.ts',
        title: '[D1] does not open where innodb_flush_log_at_trx_commit is',
      },
    ],
  },
  {
    name: 'no unique key on clientId',
    edits: [
      {
        file: 'server/db/migrations/0001-foundation.ts',
        find: "      'UNIQUE (conversation_id, sender_id, client_id)',\n",
        put: '',
      },
    ],
    tests: [
      {
        file: 'tests/server/places.test.ts',
        title: '[S4] the table itself refuses a second message of one clientId',
      },
    ],
  },
  {
    name: 'swallowed fsync error of a commit',
    edits: [
      {
        file: 'server/db/sqlite-error.ts',
        find: "['SQLITE_IOERR', 'fatal']",
        put: "['SQLITE_IOERR', 'down']",
      },
    ],
    tests: [{ file: sqlite, title: 'SQLITE_IOERR_FSYNC' }],
  },
  {
    name: 'swallowed fsync error of a checkpoint',
    edits: [{ file: 'server/db/checkpoint.ts', find: '      if (broken) throw broken\n', put: '' }],
    tests: [
      {
        file: 'server/db/checkpoint.test.ts',
        title: '[F4] a checkpoint that could not write fails the next commit',
      },
    ],
  },
  {
    name: 'a second process may open the file',
    edits: [
      {
        file: 'server/db/sqlite.ts',
        find: 'const lock = lockFile(file)',
        put: "const lock = lockFile(file + '-' + String(process.pid) + String(Math.random()))",
      },
    ],
    tests: [{ file: sqlite, title: '[D2] is refused to a second process' }],
  },
  {
    name: 'heads are read without a lock',
    edits: [
      {
        file: 'server/sync/heads.ts',
        find: ' ORDER BY stream${forUpdate(db.dialect)}`',
        put: " ORDER BY stream${forUpdate('sqlite')}`",
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
  {
    name: 'heads may be locked in any order',
    edits: [{ file: 'server/tx.ts', find: 'if (stream < this.highest)\n', put: 'if (stream < 0)\n' }],
    tests: [
      {
        file: 'tests/server/commit.test.ts',
        title: '[F12] heads that are not locked in ascending order are a bug',
      },
    ],
  },
  {
    name: 'writes run under the default isolation',
    edits: [{ file: 'server/db/mysql.ts', find: 'modes: [readCommitted,', put: 'modes: [repeatableRead,' }],
    tests: [
      {
        file: 'tests/server/mysql.test.ts',
        title: '[F12] a write sees what others committed after it began, without a lock of its own',
      },
    ],
  },
  {
    name: 'a change that nobody waited for fails as the question beside it',
    edits: [{ file: 'server/db/mysql-packet.ts', find: ': new Untold(error)', put: ': error' }],
    tests: [
      {
        file: 'tests/server/mysql.test.ts',
        title: '[F3] a change that fails while nobody waits undoes the write',
      },
    ],
  },
  {
    name: 'a transaction goes on after a change failed that nobody waited for',
    edits: [{ file: 'server/db/mysql-packet.ts', find: '  if (failure) throw failure\n', put: '' }],
    tests: [
      {
        file: 'tests/server/mysql.test.ts',
        title: '[F3] a write that swallows the failure of a change does not commit it',
      },
    ],
  },
  {
    name: 'texts are escaped by doubling quotes alone',
    edits: [
      {
        file: 'server/db/mysql-text.ts',
        find: 'return escape(value)',
        put: "return typeof value === 'string' ? `'${value.replaceAll(\"'\", \"''\")}'` : escape(value)",
      },
    ],
    tests: [
      {
        file: 'tests/server/db.test.ts',
        title: '[D3] texts come back as they went in, however they travel',
        within: 'mysql',
      },
    ],
  },
  {
    name: 'head read after rows',
    edits: [
      {
        file: 'server/sync/pull.ts',
        find: '  const rows = found.slice(',
        put: '  const later = await versionOf(db, stream)\n  const rows = found.slice(',
      },
      {
        file: 'server/sync/pull.ts',
        find: 'const to = more ? (rows.at(-1)?.v ?? head) : head\n  return { stream, reset: false, from: since, to, head, more, rows }',
        put: 'const to = more ? (rows.at(-1)?.v ?? later) : later\n  return { stream, reset: false, from: since, to, head: later, more, rows }',
      },
      noSnapshot,
    ],
    tests: [{ file: snapshot, title: '[Y2] a pull holds nothing', within: 'sqlite' }, simulated],
  },
  {
    name: 'a read has no snapshot',
    edits: [noSnapshot],
    tests: [{ file: snapshot, title: '[Y2] a pull holds nothing', within: 'sqlite' }],
  },
  {
    name: 'ids go back with the clock',
    edits: [
      {
        file: 'server/ids.ts',
        find: 'Math.max(Math.floor(now()), usedUp ? time + 1 : time)',
        put: 'Math.floor(now())',
      },
    ],
    tests: [{ file: 'server/ids.test.ts', title: 'go on rising when the clock goes back or stands still' }],
  },
  {
    name: 'a node that starts makes ids below the newest',
    edits: [
      {
        file: 'server/db/nodes.ts',
        find: 'const start = Math.max(now, await newestMs(c))',
        put: 'const start = now',
      },
    ],
    tests: [
      { file: 'tests/server/leases.test.ts', title: '[D13] begin above the newest id, and go on above it' },
    ],
  },
  {
    name: 'a node that runs stays behind the newest id',
    edits: [{ file: 'server/db/nodes.ts', find: 'clock.now(), await newestMs(c))', put: 'clock.now())' }],
    tests: [
      { file: 'tests/server/leases.test.ts', title: '[D13] begin above the newest id, and go on above it' },
    ],
  },
  {
    name: 'ids are made after the lease has run out',
    edits: [{ file: 'server/ids.ts', find: 'if (next >= lease.untilMs())', put: 'if (next < 0)' }],
    tests: [
      { file: 'server/ids.test.ts', title: 'never carry a time outside the lease' },
      { file: 'tests/server/leases.test.ts', title: 'are kept by renewing, and one that lost its number' },
    ],
  },
  {
    name: 'a lease is renewed though another node has it',
    edits: [
      { file: 'server/db/nodes.ts', find: 'WHERE id = ? AND token = ?', put: 'WHERE id = ? AND token <> ?' },
    ],
    tests: [
      { file: 'tests/server/leases.test.ts', title: 'are kept by renewing, and one that lost its number' },
    ],
  },
  {
    name: 'a node with a wrong clock is ready',
    edits: [{ file: 'server/ready.ts', find: 'skew > clockSkewMsMax', put: 'skew > clockSkewMsMax * 1000' }],
    tests: [{ file: 'server/ready.test.ts', title: 'ms off its database is not ready' }],
  },
]
