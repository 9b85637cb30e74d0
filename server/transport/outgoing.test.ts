import type { Duplex } from 'node:stream'
import * as ws from 'ws'
import { describe, expect, it } from 'vitest'
import { Outgoing } from './outgoing'

/** The types of the library do not name its reading half. */
const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Duplex }

/** What a WebSocket library reads in these bytes. */
async function read(bytes: Buffer): Promise<string> {
  const receiver = new Receiver({ isServer: false })
  const message = new Promise<Buffer>((resolve, reject) => {
    receiver.on('message', resolve)
    receiver.on('error', reject)
  })
  receiver.write(bytes)
  return (await message).toString()
}

describe('outgoing', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 262_144])(
    '[W5] a text of %i bytes is one message',
    async (n) => {
      const text = 'x'.repeat(n)
      expect(await read(new Outgoing().encode(text))).toBe(text)
    },
  )
  it('[W5] measures and encodes what is not ASCII', async () => {
    const out = new Outgoing()
    const text = '你好 👋 Ça va'
    expect(out.bytesOf(text)).toBe(Buffer.byteLength(text))
    expect(await read(out.encode(text))).toBe(text)
  })
  it('[W5] joins several frames, and keeps no answer for other questions', () => {
    const out = new Outgoing()
    expect([out.messageOf(['{}']), out.messageOf(['{}', '1']), out.messageOf(['{}', '2'])]).toEqual([
      '{}',
      '[{},1]',
      '[{},2]',
    ])
    expect([out.bytesOf('aa'), out.bytesOf('b'), out.bytesOf('aa')]).toEqual([2, 1, 2])
    expect(out.encode('a').equals(out.encode('b'))).toBe(false)
    expect(out.encode('same')).toBe(out.encode('same'))
  })
})
