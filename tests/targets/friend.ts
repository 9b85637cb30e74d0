/** The other side: a second account on a plain client of the same server. */
import { freshId, must, register, WireClient } from '../helpers/wire-client'

export class Friend {
  private constructor(
    readonly userId: number,
    readonly account: string,
    private readonly socket: WireClient,
  ) {}

  static async join(url: string, account: string, name: string): Promise<Friend> {
    const { userId, token } = await register(url, account, name)
    return new Friend(userId, account, await WireClient.connect(url, token))
  }

  /** Accepts the one request that waits; gives the conversation. */
  async accept(): Promise<number> {
    const own = must(await this.socket.call('sync.pull', { stream: this.userId, since: 0 }))
    const asked = own.rows.filter((row) => row.k === 'request' && row.state === 'pending')
    const [request] = asked
    if (asked.length !== 1 || request?.k !== 'request') throw new Error(`${asked.length} requests wait`)
    const input = { clientId: freshId(), requestId: request.id }
    return must(await this.socket.call('contacts.acceptRequest', input)).conversationId
  }
  async ask(userId: number, message: string): Promise<void> {
    must(await this.socket.call('contacts.requestFriend', { clientId: freshId(), userId, message }))
  }
  /** The one user with this account. */
  async find(account: string): Promise<number> {
    const { profile } = must(await this.socket.call('contacts.searchAccount', { account }))
    if (!profile) throw new Error(`nobody is ${account}`)
    return profile.id
  }
  async say(conversationId: number, text: string): Promise<void> {
    const body = { kind: 'text', text } as const
    must(
      await this.socket.call('chat.sendMessage', { conversationId, clientId: freshId(), body, seenSeq: 0 }),
    )
  }
  /** Texts of a conversation as the server gives them, in order of seq. */
  async sees(conversationId: number): Promise<string[]> {
    const page = must(await this.socket.call('sync.pull', { stream: conversationId, since: 0 }))
    return page.rows
      .flatMap((row) =>
        row.k === 'message' && row.body.kind === 'text' ? [{ seq: row.seq, text: row.body.text }] : [],
      )
      .sort((a, b) => a.seq - b.seq)
      .map(({ text }) => text)
  }
  leave(): void {
    this.socket.close()
  }
}
