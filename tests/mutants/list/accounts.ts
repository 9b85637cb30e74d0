/** Bugs of accounts and limits. */
import type { Mutant } from '../mutant'

const accounts = 'tests/server/accounts.test.ts'
const dispatch = 'tests/server/dispatch.test.ts'
const guessing = 'tests/server/guessing.test.ts'

export const accountsMutants: readonly Mutant[] = [
  {
    name: 'a copied refresh token revokes nothing',
    edits: [
      { file: 'server/accounts/refresh.ts', find: 'await endSession(tx.db, sessionId, now)\n', put: '' },
    ],
    tests: [{ file: accounts, title: '[A5][F7] an old token after its successor was used ends the session' }],
  },
  {
    name: 'the revocation is rolled back with the refusal',
    edits: [
      {
        file: 'server/accounts/refresh.ts',
        find: "refuse('sessionEnded', undefined, { keep: true })",
        put: "refuse('sessionEnded')",
      },
    ],
    tests: [{ file: accounts, title: '[A5][F7] an old token after its successor was used ends the session' }],
  },
  {
    name: 'an access token outlives its session',
    edits: [
      {
        file: 'server/accounts/authenticate.ts',
        find: 'facts && (await sessionIsOpen(db, facts)) ? facts',
        put: 'facts && (await sessionIsOpen(db, facts), true) ? facts',
      },
    ],
    tests: [{ file: accounts, title: '[A6] signing out ends this session alone' }],
  },
  {
    name: 'failed sign-ins are not counted under lock',
    edits: [
      {
        file: 'server/accounts/signIn.ts',
        find: '      if (!verdict.may || !checked) {',
        put: '      if (!checked) {',
      },
    ],
    tests: [{ file: guessing, title: '[A11] [F7] every one of many tries at once counts' }],
  },
  {
    name: 'rate limits fail open',
    edits: [
      {
        file: 'server/dispatch.ts',
        find: 'if (retryAfterMs > 0) return refused(',
        put: 'if (retryAfterMs > 1e12) return refused(',
      },
    ],
    tests: [{ file: dispatch, title: '[F10] beyond its rate limit a call does nothing' }],
  },
  {
    name: 'inputs are not checked',
    edits: [
      {
        file: 'server/dispatch.ts',
        find: 'if (issue) return refused(',
        put: "if (issue && op === '') return refused(",
      },
    ],
    tests: [{ file: dispatch, title: '[F2] says where an input does not fit' }],
  },
  {
    name: 'operations of the system are open to users',
    edits: [
      {
        file: 'server/dispatch.ts',
        find: "kind === 'system' ? undefined : 'forbidden'",
        put: "kind === 'anonymous' ? 'forbidden' : undefined",
      },
    ],
    tests: [{ file: dispatch, title: '[F2]' }],
  },
  {
    name: 'codes that are not declared leave the server',
    edits: [
      {
        file: 'server/dispatch.ts',
        find: 'if (codes.has(result.error.code)) return',
        put: 'if (codes.size > 0) return',
      },
    ],
    tests: [{ file: dispatch, title: '[F8] codes that are not declared' }],
  },
]
