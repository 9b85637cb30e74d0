import { expect, it } from 'vitest'
import { canSpeak } from './speak'

it.each([
  [true, true, { ok: true }],
  [true, false, { ok: false, code: 'notFriends' }],
  [false, true, { ok: false, code: 'notMember' }],
  [false, false, { ok: false, code: 'notMember' }],
] as const)('[S1] member %s, friends %s: %o', (member, friends, verdict) => {
  expect(canSpeak({ kind: 'direct', member, friends })).toEqual(verdict)
})
