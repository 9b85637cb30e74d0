/** What may pile up inside the server, and where it stops (L4). */
import { describe, expect, it } from 'vitest'
import type { Connection, Db } from '../../server/db/connection'
import { Channel } from '../../server/sync/channel'
import type { EventData } from '../../protocol'
import { decodeDown } from '../../protocol/wire'
import { gate } from './funnel'

const [stream, user, newest] = [100, 7, 1_000]

/** A channel on a database that answers when it is let: the newest version of the stream, and no rows. */
function slowChannel() {
  const held = gate()
  const connection = {
    dialect: 'sqlite',
    all: () => [{ version: newest }],
    one: () => ({ version: newest }),
    run: () => 0,
  } as unknown as Connection
  const frames: EventData<'sync.changed'>[] = []
  const failures: unknown[] = []
  const channel = new Channel(stream, {
    db: { read: async (work) => held.opened.then(() => work(connection)) } as Db,
    streams: {
      sources: [],
      conversationsOf: async () => [stream],
      audienceOf: async () => [user],
      mayPull: async () => true,
    },
    deliver: {
      isOnline: (id) => id === user,
      notify: () => undefined,
      send(_user, text) {
        for (const frame of decodeDown(text))
          if (frame.t === 'ev') frames.push(frame.data as EventData<'sync.changed'>)
      },
    },
    now: () => 0,
    onError: (error) => failures.push(error),
  })
  return { channel, held, frames, failures }
}

describe('a channel whose database does not answer', () => {
  it('[L4] [Y12] holds 256 changes at most, and reads what it let go', async () => {
    const { channel, held, frames, failures } = slowChannel()
    for (let to = 1; to <= newest; to++) channel.tell({ stream, from: to - 1, to, rows: [] })
    held.open()
    await channel.done
    expect(failures).toEqual([])
    expect(frames.length).toBeLessThan(300)
    expect(frames.at(-1)?.to).toBe(newest)
    for (const [n, { from }] of frames.entries()) expect(from).toBe(frames[n - 1]?.to ?? 0)
  })
})
