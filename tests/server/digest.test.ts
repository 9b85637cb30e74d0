/** What a pong says comes from the database: what other nodes wrote and ended counts, though nobody told this one. */
import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import type { Output } from '../../protocol'
import { digestOf } from '../../protocol/wire'
import { createApp } from '../../server/app'
import { memoryBus } from '../../server/bus/memory'
import { commitHere } from '../../server/commit'
import type { Db } from '../../server/db/connection'
import { databases } from './databases'
import { note, testIds } from './funnel'
import { streamsOf, testNode } from './node'
import { clearNotes, makeNotes } from './notes'
import { device, freshClientId } from './world'

const opened: Db[] = []
afterEach(() => Promise.all(opened.splice(0).map((db) => db.close())))
const log = { warn: () => undefined, error: () => undefined }

/** A node that no hint reaches. */
function aloneOn(db: Db) {
  const tools = { now: Date.now, token: (bytes: number) => randomBytes(bytes).toString('base64url') }
  const onFatal = (error: unknown) => expect(error).toBeUndefined()
  return createApp({
    ...{ db, log, tools, bus: memoryBus(), secret: 'a secret of tests, 32 chars long' },
    openCommit: commitHere({ db, log, tools, newId: testIds(), onFatal }),
    deliver: { isOnline: () => false, send: () => undefined, notify: () => undefined },
    passwordCost: { memoryKiB: 64, passes: 1, lanes: 1 },
  })
}

describe.each(databases)('a pong on $name', ({ open }) => {
  it('[Y9] the digest counts what another node wrote, though no hint came', async () => {
    const db = await open()
    opened.push(db)
    await makeNotes(db)
    const [bob, talk] = [8, 101]
    await clearNotes(db, [bob, talk])
    const streams = streamsOf(new Map([[talk, [bob]]]))
    const [one, two] = [testNode(db, streams, memoryBus()), testNode(db, streams, memoryBus())]
    const digest = (version: number) =>
      digestOf([
        [bob, 0],
        [talk, version],
      ])
    for (let version = 0; version < 3; version++) {
      expect(await two.sync.digestFor(bob)).toBe(digest(version))
      await one.call('notes.write', note([talk]))
    }
  })

  it('[A6] [W6] a session that was ended elsewhere gets no pong', async () => {
    const db = await open()
    opened.push(db)
    const [here, elsewhere] = [aloneOn(db), aloneOn(db)]
    const input = {
      clientId: freshClientId(),
      account: 'pong_anna',
      password: 'long enough',
      name: 'A',
      device,
    }
    const anonymous = { kind: 'anonymous', address: 'test' } as const
    const made = await elsewhere.dispatch({ op: 'accounts.register', input, caller: anonymous })
    if (!made.ok) throw new Error(made.error.code)
    const { userId, sessionId } = made.value as Output<'accounts.register'>
    expect(await here.pulse(userId, sessionId)).toEqual(expect.any(Number))
    const caller = { kind: 'user', userId, sessionId, address: 'test' } as const
    expect(await elsewhere.dispatch({ op: 'accounts.signOut', input: {}, caller })).toMatchObject({
      ok: true,
    })
    expect(await here.pulse(userId, sessionId)).toBeUndefined()
    await Promise.all([here.close(), elsewhere.close()])
  })
})
