/** Bugs of the phone's engine: merging, catching up, the outbox, the link. */
import type { Mutant } from '../mutant'

const merge = 'src/engine/mirror/merge.test.ts'
const outbox = 'src/engine/outbox.test.ts'
const bounds = 'src/engine/outbox-bounds.test.ts'
const catchUp = 'src/engine/catch-up.test.ts'
const link = 'src/engine/link.test.ts'

export const engineMutants: readonly Mutant[] = [
  {
    name: 'equal version wins',
    edits: [
      {
        file: 'src/engine/mirror/merge.ts',
        find: 'else if (row.v > held.v) messages',
        put: 'else if (row.v >= held.v) messages',
      },
    ],
    tests: [{ file: merge, title: '[Y3] the greater version wins, an equal or smaller one is no change' }],
  },
  {
    name: 'the last row that comes wins',
    edits: [
      {
        file: 'src/engine/mirror/merge.ts',
        find: 'if (!held || row.v > held.v)',
        put: 'if (!held || row.v > 0)',
      },
    ],
    tests: [{ file: merge, title: '[Y3] the greater version wins, an equal or smaller one is no change' }],
  },
  {
    name: 'a frame over a gap is applied',
    edits: [
      {
        file: 'src/engine/mirror/merge.ts',
        find: "if (frame.from > stream.version) return 'gap'\n",
        put: '',
      },
    ],
    tests: [
      { file: merge, title: '[Y4] a frame is applied only where it begins at what is held' },
      { file: catchUp, title: '[Y4] a frame is applied where it fits' },
    ],
  },
  {
    name: 'a reset keeps what was held',
    edits: [{ file: 'src/engine/mirror/merge.ts', find: '  stream.messages = []\n', put: '' }],
    tests: [{ file: merge, title: '[Y6] a reset drops every row of the stream' }],
  },
  {
    name: 'history moves the version',
    edits: [
      {
        file: 'src/engine/mirror/merge.ts',
        find: '  mergeRows(stream, aside)\n',
        put: '  mergeRows(stream, aside)\n  stream.version = Math.max(stream.version, ...page.rows.map((row) => row.v))\n',
      },
    ],
    tests: [{ file: merge, title: '[Y10] history lowers the floor, never moves the version' }],
  },
  {
    name: 'sort by timestamp on the phone',
    edits: [
      {
        file: 'src/engine/mirror/merge.ts',
        find: 'if (held?.seq !== row.seq) messages.splice(at, 0, row)\n',
        put: 'if (held?.seq !== row.seq) messages.push(row), messages.sort((a, b) => a.at - b.at)\n',
      },
    ],
    tests: [{ file: merge, title: '[S2] [S5] messages stand by seq, whatever their times say' }],
  },
  {
    name: 'heads are asked for before the welcome',
    edits: [
      {
        file: 'src/engine/step.ts',
        find: 'if (input.socket === state.link.socket) greet(turn)\n',
        put: `if (input.socket !== state.link.socket) return
      greet(turn)
      turn.effects.push({
        do: 'send',
        socket: input.socket,
        frame: { t: 'req', id: 1, op: 'sync.heads', in: {} },
      })
`,
      },
    ],
    tests: [
      { file: link, title: '[W2] says hello with version and token first, and nothing before welcome' },
    ],
  },
  {
    name: 'frames during a pull are applied at once',
    edits: [
      {
        file: 'src/engine/catch-up.ts',
        find: 'if (pull) return bufferFrame(pull, frame)',
        put: 'if (pull && frame.to < 0) return bufferFrame(pull, frame)',
      },
    ],
    tests: [{ file: catchUp, title: '[Y7] frames that arrive during a pull wait for it' }],
  },
  {
    name: 'the digest is not compared',
    edits: [
      {
        file: 'src/engine/catch-up.ts',
        find: '=== digest) landAnswered',
        put: '>= 0 && digest >= 0) landAnswered',
      },
    ],
    tests: [{ file: catchUp, title: '[Y9] asks for heads when the digest differs' }],
  },
  {
    name: 'only the first page is pulled',
    edits: [
      { file: 'src/engine/catch-up.ts', find: 'else if (!page.more) applyWaiting', put: 'else applyWaiting' },
    ],
    tests: [{ file: catchUp, title: '[Y2] pages follow each other until there is no more' }],
  },
  {
    name: 'retry with a fresh id',
    edits: [
      {
        file: 'src/engine/outbox.ts',
        find: 'if (act) act.call = undefined\n',
        put: 'if (!act) return\n  act.call = undefined\n  act.input = { ...act.input, clientId: `${clientId}-again` } as never\n',
      },
    ],
    tests: [
      { file: outbox, title: '[O3] what got no answer is sent again with the same clientId, in order' },
    ],
  },
  {
    name: 'an act is sent before it is stored',
    edits: [
      {
        file: 'src/engine/outbox.ts',
        find: 'if (!isStored(turn, keyOf(account, act)))',
        put: 'if (act.order < 0)',
      },
    ],
    tests: [{ file: outbox, title: '[O1] an act is on disk before it is sent' }],
  },
  {
    name: 'acts of one conversation leave side by side',
    edits: [{ file: 'src/engine/outbox.ts', find: '    if (busy.has(lane)) continue\n', put: '' }],
    tests: [{ file: outbox, title: '[O2] one unanswered act per conversation, in order' }],
  },
  {
    name: 'an act that got no answer is dropped',
    edits: [
      {
        file: 'src/engine/outbox.ts',
        find: 'if (act) act.call = undefined\n',
        put: 'if (act) account.acts.delete(clientId)\n',
      },
    ],
    tests: [
      { file: outbox, title: '[O3] what got no answer is sent again with the same clientId, in order' },
    ],
  },
  {
    name: 'an act that may have happened can be taken back',
    edits: [
      {
        file: 'src/engine/outbox.ts',
        find: 'if (act.failed === undefined && act.sent) return',
        put: 'if (act.failed === undefined && act.tries < 0) return',
      },
    ],
    tests: [{ file: bounds, title: '[O6] an act that may have happened cannot be taken back' }],
  },
  {
    name: 'waits stay long when the network changes under a link',
    edits: [
      {
        file: 'src/engine/link.ts',
        find: "  link.tries = 0\n  link.trials = 0\n  if (link.phase === 'up') ping(turn)\n",
        put: "  if (link.phase === 'up') return ping(turn)\n  link.tries = 0\n  link.trials = 0\n",
      },
    ],
    tests: [
      { file: link, title: '[W11] a link that dies with its network comes back after the shortest wait' },
    ],
  },
  {
    name: 'an act whose row changed again waits for the next ping',
    edits: [{ file: 'src/engine/merged.ts', find: '    link.pingAt = turn.now\n', put: '' }],
    tests: [{ file: outbox, title: '[O5] [Y9] an act whose row changed again before it came' }],
  },
  {
    name: 'acts that were refused together come back together',
    edits: [{ file: 'src/engine/turn.ts', find: '+ turn.unit * half', put: '+ half' }],
    tests: [{ file: outbox, title: '[O4] draws the wait, so that phones which were refused together' }],
  },
  {
    name: 'the phone comes back before bye.afterMs',
    edits: [
      {
        file: 'src/engine/link.ts',
        find: 'link.notBefore = turn.now + afterMs',
        put: 'link.notBefore = turn.now + afterMs * 0',
      },
    ],
    tests: [{ file: link, title: '[W8] comes back after bye.afterMs, not before' }],
  },
  {
    name: 'a silent link counts as alive',
    edits: [
      {
        file: 'src/engine/link.ts',
        find: 'link.pongBy ??= turn.now + limits.pongWithinMs',
        put: 'link.pongBy ??= turn.now + limits.pongWithinMs * 1_000',
      },
    ],
    tests: [{ file: link, title: '[W6] pings every pingEveryMs and gives up a link that stays silent' }],
  },
]
