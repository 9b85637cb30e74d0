/**
 * Somebody who speaks to a server while it is frozen. When it wakes its lease has run out and another one has its number: it
 * must ack nothing, since ids of that number are no longer its own (D6, D8).
 */
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { expect } from 'vitest'
import { befriend, freshId, register, WireClient } from '../helpers/wire-client'
import type { Checked, History, Sent } from '../history'

const words = 5

export class Sleeper {
  private said: { entry: Sent; acked: Promise<boolean> }[] = []

  private constructor(
    readonly talk: Checked,
    private readonly me: number,
    private readonly client: WireClient,
    private readonly history: History,
    /** Who has the server's number, while it does. */
    private readonly owner: string,
  ) {}

  /** `url`: the server that started first, and so has the number 0. */
  static async start(url: string, history: History, database: string): Promise<Sleeper> {
    const [me, other] = [await register(url, 'sleeper-a'), await register(url, 'sleeper-b')]
    const talk = { conversationId: await befriend(url, me, other), token: me.token }
    const client = await WireClient.connect(url, me.token)
    return new Sleeper(talk, me.userId, client, history, await ownerOfZero(database))
  }

  /** Now it is frozen. */
  speak(): void {
    const { conversationId } = this.talk
    for (let n = 0; n < words; n++) {
      const clientId = freshId()
      const entry = this.history.invoke({
        conversationId,
        sender: this.me,
        clientId,
        text: `said ${clientId}`,
      })
      const answer = this.client.call('chat.sendMessage', inputOf(entry)).then(({ ok }) => ok)
      this.said.push({ entry, acked: Promise.race([answer, this.client.closed.then(() => false)]) })
    }
  }

  /** Now it wakes. */
  async numberIsTaken(database: string): Promise<void> {
    expect(await ownerOfZero(database)).not.toBe(this.owner)
  }

  /** It has acked none; what was said is said again to another server. */
  async finish(url: string): Promise<void> {
    expect(await Promise.all(this.said.map(({ acked }) => acked))).toEqual(Array(words).fill(false))
    const client = await WireClient.connect(url, this.talk.token)
    for (const { entry } of this.said) {
      const answer = await client.call('chat.sendMessage', inputOf(entry))
      if (!answer.ok) throw new Error(answer.error.code)
      this.history.ack(entry, answer.value.seq)
    }
    client.close()
  }
}

const inputOf = ({ conversationId, clientId, text }: Sent) => ({
  ...{ conversationId, clientId, seenSeq: 0 },
  body: { kind: 'text' as const, text },
})

async function ownerOfZero(database: string): Promise<string> {
  const connection = await createConnection(database)
  try {
    const [rows] = await connection.query<RowDataPacket[]>('SELECT token FROM nodes WHERE id = 0')
    return String(rows[0]?.token)
  } finally {
    await connection.end()
  }
}
