/** Clients that go on to the next server when theirs does not answer, and how long that took them. */
import { befriend, must, post, register, type Registered } from '../helpers/wire-client'
import { checkAll, History, Sender, Watcher, type Checked, type Sent, type Verdict } from '../history'

/** A client notices so late that its server is silent. */
const silentMs = 2_000
const everyMs = 25
/** As phones do (O2): what is refused while the next is accepted would stand behind it. */
const inFlight = 1

class Roamer {
  /** Index of the server it is at. */
  at: number
  /** A server that was hit while it was there, and when. */
  hit: { node: number; atMs: number; healed: boolean } | undefined
  constructor(
    home: number,
    private readonly urls: readonly string[],
  ) {
    this.at = home - 1
  }
  /** Where to connect: the next one each time. */
  readonly next = (): string => {
    this.at = (this.at + 1) % this.urls.length
    return this.urls[this.at] ?? ''
  }
}

class MoveHistory extends History {
  constructor(private readonly onAck: (user: number) => void) {
    super()
  }
  override ack(send: Sent, seq: number): void {
    this.onAck(send.sender)
    super.ack(send, seq)
  }
}

export class Roamers {
  readonly history = new MoveHistory((user) => this.acked(user))
  /** From the hit of a server to the first ack elsewhere (or there, once it had healed), for each client that was there. */
  readonly movesMs: number[] = []
  readonly talks: Checked[] = []
  private readonly byUser = new Map<number, Roamer>()
  private readonly senders: Sender[] = []
  private readonly watchers: { watcher: Watcher; talk: Checked }[] = []

  /** Pairs that talk, each of the two at another server, with a device of each second one that watches. */
  static async start(urls: readonly string[], pairs: number): Promise<Roamers> {
    const roamers = new Roamers()
    for (let n = 0; n < pairs; n++) await roamers.addPair(urls, n)
    for (const sender of roamers.senders) sender.start()
    return roamers
  }

  /** Whoever is at this server has to move. */
  hit(node: number): void {
    for (const roamer of this.byUser.values())
      if (roamer.at === node) roamer.hit ??= { node, atMs: performance.now(), healed: false }
  }
  healed(node: number): void {
    for (const { hit } of this.byUser.values()) if (hit?.node === node) hit.healed = true
  }

  /** Nothing new is said; all that was said is acked and shown on every device, then everything is checked. */
  async finish(url: string): Promise<Verdict> {
    await Promise.all(this.senders.map((sender) => sender.stop()))
    for (const { watcher, talk } of this.watchers) await watcher.shows(await lastSeq(url, talk), 60_000)
    return checkAll(this.history, url, this.talks)
  }
  /** For every way out of a test. */
  async end(): Promise<void> {
    for (const { watcher } of this.watchers) watcher.kill()
    await Promise.all(this.senders.map((sender) => sender.abandon()))
    this.history.remove()
  }

  private async addPair(urls: readonly string[], n: number): Promise<void> {
    const url = urls[n % urls.length] ?? ''
    const [a, b] = [await register(url, `chaos-a${n}`), await register(url, `chaos-b${n}`)]
    const conversationId = await befriend(url, a, b)
    const talk = { conversationId, token: a.token }
    this.talks.push(talk)
    this.addSender(a, conversationId, n, urls)
    this.addSender(b, conversationId, n + 1, urls)
    if (n % 2 === 0) return
    const device = new Roamer(n % urls.length, urls)
    const name = `phone of ${b.account}`
    const { history } = this
    const options = { url: device.next, name, account: b.account, conversationId, history, reads: true }
    this.watchers.push({ watcher: await Watcher.signIn(options), talk })
  }
  private addSender(
    { userId, token }: Registered,
    conversationId: number,
    home: number,
    urls: readonly string[],
  ) {
    const roamer = new Roamer(home % urls.length, urls)
    this.byUser.set(userId, roamer)
    const options = { silentMs, everyMs }
    this.senders.push(new Sender(roamer.next, token, userId, conversationId, this.history, inFlight, options))
  }

  private acked(user: number): void {
    const roamer = this.byUser.get(user)
    const hit = roamer?.hit
    if (!roamer || !hit || (roamer.at === hit.node && !hit.healed)) return
    this.movesMs.push(performance.now() - hit.atMs)
    roamer.hit = undefined
  }
}

async function lastSeq(url: string, { conversationId, token }: Checked): Promise<number> {
  const input = { conversationId, beforeSeq: Number.MAX_SAFE_INTEGER, limit: 1 }
  return must(await post(url, 'chat.listMessages', input, token)).rows[0]?.seq ?? 0
}
