/** Bugs of sockets: queues, order, ends. */
import type { Mutant } from '../mutant'

const gateway = 'server/transport/gateway.test.ts'

export const transportMutants: readonly Mutant[] = [
  {
    name: 'unbounded socket queue',
    edits: [
      {
        file: 'server/transport/connection.ts',
        find: 'this.queue.length >= queuedFramesMax || held > queuedBytesMax',
        put: 'held < 0',
      },
    ],
    tests: [
      { file: gateway, title: '[W7] while the network takes nothing at most 256 frames wait' },
      { file: gateway, title: '[W7] at most 1 MiB waits' },
    ],
  },
  {
    name: 'the queue is not counted in bytes',
    edits: [{ file: 'server/transport/connection.ts', find: ' || held > queuedBytesMax', put: '' }],
    tests: [{ file: gateway, title: '[W7] at most 1 MiB waits' }],
  },
  {
    name: 'fetch before subscribe',
    edits: [
      {
        file: 'server/transport/frames.ts',
        find: '  talk.registry.listen(connection, talk.userRate)\n',
        put: '',
      },
      {
        file: 'server/transport/frames.ts',
        find: '  connection.sendText(responseOf(talk, op, id, result))\n',
        put: "  connection.sendText(responseOf(talk, op, id, result))\n  if (op === 'sync.heads') talk.registry.listen(connection, talk.userRate)\n",
      },
    ],
    tests: [{ file: gateway, title: '[Y8] hears from the welcome on, before it asks for anything' }],
  },
  {
    name: 'the session is not checked at a ping',
    edits: [
      {
        file: 'server/app.ts',
        find: '(await sessionIsOpen(db, { userId, sessionId })) ?',
        put: '(await sessionIsOpen(db, { userId, sessionId })) || userId ?',
      },
    ],
    tests: [
      {
        file: 'tests/server/digest.test.ts',
        title: '[A6] [W6] a session that was ended elsewhere gets no pong',
      },
    ],
  },
  {
    name: 'bye without afterMs',
    edits: [
      {
        file: 'server/transport/gateway.ts',
        find: 'closeCodes.draining, Math.floor(spreadMs * unit())',
        put: 'closeCodes.draining, Math.floor(spreadMs * unit()) * 0',
      },
    ],
    tests: [{ file: gateway, title: '[W8] draining sends everybody home with a time to come back' }],
  },
  {
    name: 'a half-open socket stays for ever',
    edits: [
      {
        file: 'server/transport/gateway.ts',
        find: 'if (at - heardAt > silentMs) wire.terminate()',
        put: 'if (at - heardAt < 0) wire.terminate()',
      },
    ],
    tests: [{ file: gateway, title: '[W6] a ping is answered with the digest behind earlier frames' }],
  },
  {
    name: 'a socket without hello stays',
    edits: [
      {
        file: 'server/transport/gateway.ts',
        find: 'at - openedAt >= limits.helloDeadlineMs',
        put: 'at - openedAt < 0',
      },
    ],
    tests: [{ file: gateway, title: '[W2] a socket without a hello is closed at the deadline' }],
  },
  {
    name: 'a request before the welcome is run',
    edits: [
      {
        file: 'server/transport/frames.ts',
        find: "else if (connection.state !== 'live')",
        put: "else if (connection.state === 'closing')",
      },
    ],
    tests: [{ file: gateway, title: '[W2] a request before the hello closes the socket and is not run' }],
  },
  {
    name: 'the end of a session leaves its socket open',
    edits: [
      {
        file: 'server/transport/registry.ts',
        find: "if (event === 'session.ended') connection.close(closeCodes.unauthenticated)",
        put: "if (event === 'session.endedLater') connection.close(closeCodes.unauthenticated)",
      },
    ],
    tests: [{ file: gateway, title: '[A6] the end of a session is told to its sockets' }],
  },
]
