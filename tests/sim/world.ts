/** A world of the simulator: one real server, some real engines, a bad network, one virtual clock, one seed. */
import { VirtualClock } from './clock'
import { Dice } from './dice'
import { Net } from './net'
import { Phone } from './phone'
import { SimServer } from './server'

/** Something a phone was told to say, and what has become of it. */
export interface Said {
  text: string
  phone: Phone
  conversationId: number
  /** In the life of the app in which it was said. */
  ticket: number | undefined
  /** `gone`: the app was killed before it was saved; `cancelled`: taken back. */
  state: 'told' | 'gone' | 'cancelled' | 'cancelledThenKilled'
}

export const password = 'correct horse 1'
const names = ['Anna', '王波', 'Chen', 'Diego']

export class World {
  readonly clock = new VirtualClock()
  readonly dice: Dice
  readonly net: Net
  readonly server: SimServer
  readonly phones: Phone[] = []
  readonly accounts: string[] = []
  readonly said: Said[] = []
  readonly counts = new Map<string, number>()
  readonly log: string[] = []
  /** A server that starts again; time waits for it. */
  restarting: Promise<void> | undefined

  constructor(seed: number) {
    this.dice = new Dice(seed)
    this.net = new Net(this.clock, this.dice, { drop: 0, double: 0, delayMsMax: 80 })
    this.server = new SimServer(this.clock, this.dice)
  }

  /** Four people, the first with two phones; the first two are friends already. */
  async setUp(phones: number): Promise<void> {
    await this.server.start()
    for (let n = 0; n < phones; n++) {
      const name = names[n % names.length] ?? 'Nobody'
      const phone = new Phone(`phone${n}`, this.clock, this.dice, this.net, this.server)
      this.phones.push(phone)
      phone.boot()
      await this.run(200)
      const account = `sim-${n % names.length}`
      const device = { name: phone.name, platform: 'other' } as const
      if (n < names.length) {
        this.accounts.push(account)
        phone.tell({ is: 'call', op: 'accounts.register', input: { account, password, name, device } })
      } else phone.tell({ is: 'call', op: 'accounts.signIn', input: { account, password, device } })
      await this.run(3_000)
      if (phone.engine?.session().state !== 'signedIn') throw new Error(`${phone.name} is not signed in`)
    }
    const [first, second] = this.phones
    if (first && second) await this.befriend(first, second)
  }

  private async befriend(a: Phone, b: Phone): Promise<void> {
    const userId = userOf(b)
    a.tell({ is: 'call', op: 'contacts.requestFriend', input: { userId, message: 'hi' } })
    await this.run(2_000)
    const request = b.engine?.requests().find((r) => r.incoming && r.state === 'pending')
    if (request) b.tell({ is: 'call', op: 'contacts.acceptRequest', input: { requestId: request.id } })
    await this.run(2_000)
    if (!a.engine?.chats().length) throw new Error('the first two are not friends')
  }

  /** Lets `ms` pass. */
  async run(ms: number): Promise<void> {
    const until = this.clock.now() + ms
    while (this.clock.step(until)) await this.settle()
    await this.settle()
  }

  private async settle(): Promise<void> {
    const { restarting } = this
    this.restarting = undefined
    await restarting
    await this.server.settle()
  }

  /** Ends every fault, wakes everybody up, and waits until nothing is left to send, at most `ms`. */
  async heal(ms: number): Promise<void> {
    this.net.heal()
    if (this.server.isDead) await this.server.restart()
    for (const phone of this.phones) {
      if (!phone.engine) phone.boot()
      phone.tell({ is: 'network', online: true })
      phone.tell({ is: 'foreground' })
    }
    const until = this.clock.now() + ms
    while (this.clock.now() < until && !this.isQuiet()) await this.run(1_000)
    // The digest of the next pings finds what nobody missed until now; then the copies reach the disks.
    await this.run(60_000)
  }

  isQuiet(): boolean {
    return this.phones.every(({ engine }) => engine?.pendingCount() === 0 && engine.link() === 'live')
  }

  count(what: string, detail = ''): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
    this.log.push(`${String(this.clock.now())} ${what} ${detail}`)
  }

  close(): Promise<void> {
    for (const phone of this.phones) phone.kill()
    return this.server.close()
  }
}

/** The user who is signed in on a phone. */
export function userOf(phone: Phone): number {
  const session = phone.engine?.session()
  if (session?.state !== 'signedIn') throw new Error(`${phone.name} is not signed in`)
  return session.userId
}
