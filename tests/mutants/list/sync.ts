/** Bugs of sync on the server: ranges, order, digests, changes, audiences. */
import type { Mutant } from '../mutant'
import { simulated } from '../simulated'

const sync = 'tests/server/sync.test.ts'
const nodes = 'tests/server/nodes.test.ts'
const digest = 'tests/server/digest.test.ts'
const history = 'tests/server/chat-history.test.ts'
const hints = 'tests/server/hints.test.ts'

export const syncMutants: readonly Mutant[] = [
  {
    name: 'filter drops the range of a frame',
    edits: [
      {
        file: 'server/sync/frames.ts',
        find: 'export function framesOf(change: Change): string[] {\n',
        put: 'export function framesOf(change: Change): string[] {\n  if (change.rows.length === 0) return []\n',
      },
    ],
    tests: [{ file: sync, title: '[Y5] an empty change still moves the range' }, simulated],
  },
  {
    name: 'filter narrows the range of a page',
    edits: [
      {
        file: 'server/sync/pull.ts',
        find: 'const to = more ? (rows.at(-1)?.v ?? head) : head',
        put: 'const to = rows.at(-1)?.v ?? since',
      },
    ],
    tests: [{ file: history, title: '[Y5] rows that are hidden do not narrow the range of a page' }],
  },
  {
    name: 'digest from memory',
    edits: [
      {
        file: 'server/sync/index.ts',
        find: 'const digestFor = (user: UserId) => db.read((c) => digestOfUser(streams, c, user))',
        put: `const digests = new Map<UserId, Promise<number>>()
  const digestFor = (user: UserId) => {
    const known = digests.get(user) ?? db.read((c) => digestOfUser(streams, c, user))
    digests.set(user, known)
    return known
  }`,
      },
      {
        file: 'server/sync/index.ts',
        find: '  const poll = createPoll(',
        put: `  const { committed } = publisher
  publisher.committed = (changes, notices) => (digests.clear(), committed(changes, notices))
  const poll = createPoll(`,
      },
    ],
    tests: [
      { file: digest, title: '[Y9] the digest counts what another node wrote, though no hint came' },
      simulated,
    ],
  },
  {
    name: 'the digest forgets the own stream',
    edits: [
      { file: 'server/sync/list-heads.ts', find: 'headLines(db, [user, ...', put: 'headLines(db, [...' },
    ],
    tests: [{ file: sync, title: '[Y9] the digest moves with every open stream and with no other' }],
  },
  {
    name: 'k rows move the head by one',
    edits: [
      {
        file: 'server/tx.ts',
        find: 'held.head.version += 1',
        put: 'held.head.version = held.saved.version + 1',
      },
    ],
    tests: [{ file: 'tests/server/commit.test.ts', title: '[Y1] 200 parallel calls over four streams' }],
  },
  {
    name: 'the table of changes is never read',
    edits: [{ file: 'server/sync/index.ts', find: 'start: poll.start', put: 'start: () => undefined' }],
    tests: [simulated],
  },
  {
    name: 'the table of changes is read without overlap',
    edits: [{ file: 'server/sync/changes.ts', find: 'const overlapMs = 10_000', put: 'const overlapMs = 0' }],
    tests: [
      { file: nodes, title: '[Y12] a change that commits late, with an id lower than one already read' },
    ],
  },
  {
    name: 'changes are not recorded',
    edits: [{ file: 'server/tx.ts', find: '    await recordChanges(this.db, changes, makeId)\n', put: '' }],
    tests: [
      { file: nodes, title: '[Y12] lost hints are made good by the table of changes' },
      { file: 'tests/server/commit.test.ts', title: 'writes the table of changes beside the rows' },
    ],
  },
  {
    name: 'a hint is taken for the rows it tells of',
    edits: [
      {
        file: 'server/sync/channel.ts',
        find: 'return this.asked || this.reached > (this.published ?? this.seen ?? 0)',
        put: 'this.published = Math.max(this.published ?? 0, this.reached)\n    return false',
      },
    ],
    tests: [{ file: nodes, title: '[Y12] what one node wrote reaches the phones of the other by hints' }],
  },
  {
    name: 'every hint is read, whoever is connected',
    edits: [
      {
        file: 'server/sync/channel.ts',
        find: 'if (!this.working && this.isForNobody()) return this.pass()\n',
        put: '',
      },
    ],
    tests: [
      { file: hints, title: '[Y12] nothing is read for a conversation of which nobody is connected here' },
    ],
  },
  {
    name: 'members are remembered as they were',
    edits: [
      {
        file: 'server/sync/channel.ts',
        find: 'if (known ? known.includes(user) : !this.working) return',
        put: 'if (known ?? !this.working) return',
      },
    ],
    tests: [{ file: hints, title: '[Y12] whom another node let in hears from the moment he has pulled' }],
  },
  {
    name: 'a hint is forgotten when a reading ends that began before it',
    edits: [
      {
        file: 'server/sync/channel.ts',
        find: 'if (this.reached === reached) this.reached',
        put: 'this.reached',
      },
    ],
    tests: [{ file: hints, title: '[Y12] what is heard while the database is read is read as well' }],
  },
  {
    name: 'frames of a stream leave out of order',
    edits: [
      {
        file: 'server/sync/channel.ts',
        find: 'if (change.from !== published) return this.catchUp()\n',
        put: '',
      },
      {
        file: 'server/sync/channel.ts',
        find: 'change.from === this.published\n',
        put: 'change.from >= 0\n',
      },
      { file: 'server/sync/channel.ts', find: 'if (change.to <= published) return\n', put: '' },
    ],
    tests: [{ file: sync, title: '[Y4] commits told out of order leave in order, and once' }],
  },
  {
    name: 'who has no place may pull',
    edits: [{ file: 'server/sync/pull.ts', find: 'if (!own && !', put: 'if (own && !' }],
    tests: [
      { file: sync, title: '[V2] who is not in cannot pull' },
      { file: history, title: '[V2] a stranger can neither pull nor hear' },
    ],
  },
  {
    name: 'a closed place still hears',
    edits: [
      {
        file: 'server/chat/sources.ts',
        find: 'return rows.filter((row) => isOpen(intervalsOf(row))).map((row) => row.user_id)',
        put: 'return rows.map((row) => row.user_id)',
      },
    ],
    tests: [{ file: history, title: '[V1][V2] after leaving, history stays and the stream is shut' }],
  },
  {
    name: 'the cleared floor hides nothing',
    edits: [{ file: 'server/chat/rules.ts', find: 'Math.max(from, sight.clearedSeq + 1)', put: 'from' }],
    tests: [{ file: history, title: '[V1][Y5] intervals and the cleared floor hide messages' }],
  },
  {
    name: 'a wide gap is not reset',
    edits: [{ file: 'server/sync/pull.ts', find: ' || head - since > limits.gapVersionsMax', put: '' }],
    tests: [
      { file: sync, title: '[Y6] a conversation is reset from 0, from beyond the head and over a wide gap' },
    ],
  },
  {
    name: 'sort by timestamp on the server',
    edits: [
      { file: 'server/chat/sql.ts', find: 'order by seq desc limit ?', put: 'order by at desc limit ?' },
    ],
    tests: [{ file: history, title: '[S2] [S5] is in the order of seqs, whatever the times say' }],
  },
  {
    name: 'time goes back with the clock of a node',
    edits: [
      {
        file: 'server/tx.ts',
        find: 'return Math.max(this.at, lastAt)',
        put: 'return Math.max(this.at, lastAt * 0)',
      },
    ],
    tests: [{ file: 'tests/server/chat.test.ts', title: '[S5] time does not go back when the clock does' }],
  },
  {
    name: 'a read mark moves down',
    edits: [
      {
        file: 'server/chat/markRead.ts',
        find: 'if (reached <= place.read_seq) return',
        put: 'if (reached === place.read_seq) return',
      },
    ],
    tests: [
      { file: 'tests/server/chat.test.ts', title: '[R1] a position moves up only and never beyond the head' },
      { file: 'tests/server/chat.test.ts', title: '[R1] the greatest of many marks at once stays' },
    ],
  },
  {
    name: 'a read mark may pass the head',
    edits: [{ file: 'server/chat/markRead.ts', find: 'Math.min(seq, head.seq)', put: 'seq' }],
    tests: [
      { file: 'tests/server/chat.test.ts', title: '[R1] a position moves up only and never beyond the head' },
    ],
  },
]
