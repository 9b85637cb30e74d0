/** A world of the simulator: one or two real servers, some real engines, a bad network, one virtual clock, one seed. */
import { SimBus } from './bus'
import { VirtualClock } from './clock'
import { Cluster } from './cluster'
import { Dice } from './dice'
import { Net } from './net'
import { Phone } from './phone'
import { SimServer } from './server'
import { sqliteStore, type Store } from './store'

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

export interface WorldOptions {
  seed: number
  /** Absent: one or two, as the seed says. */
  nodes?: number
  /** Absent: a fresh file. */
  store?: Store
}

/** Of what happens so soon after something, so much finds the servers busy with it: calls meet, commits are shared. */
const atOnce = { withinMs: 5, share: 0.5 }
/** How far the clock of a node may be off; at two seconds it would not be ready (D7). */
const skewMsMax = 1_500

const password = 'correct horse 1'
const names = ['Anna', '王波', 'Chen', 'Diego']

export class World {
  readonly clock = new VirtualClock()
  readonly dice: Dice
  readonly net: Net
  readonly bus: SimBus
  readonly cluster: Cluster
  readonly phones: Phone[] = []
  readonly said: Said[] = []
  readonly counts = new Map<string, number>()
  readonly log: string[] = []

  private constructor(
    { seed, nodes }: WorldOptions,
    private readonly store: Store,
  ) {
    const { clock } = this
    const dice = new Dice(seed)
    this.dice = dice
    this.net = new Net(clock, dice, { drop: 0, double: 0, delayMsMax: 80 })
    const bus = new SimBus(clock, dice)
    this.bus = bus
    const count = nodes ?? (dice.chance(0.5) ? 2 : 1)
    const servers = Array.from({ length: count }, (_, index) => {
      const skewMs = index === 0 ? 0 : dice.between(-skewMsMax, skewMsMax)
      return new SimServer({ clock, dice, store, bus, index, skewMs })
    })
    this.cluster = new Cluster(servers, dice)
  }

  static async make(options: WorldOptions): Promise<World> {
    const world = new World(options, options.store ?? (await sqliteStore()))
    await world.cluster.start()
    return world
  }

  /** Four people, the first with two phones; the first two are friends already. */
  async setUp(phones: number): Promise<void> {
    for (let n = 0; n < phones; n++) {
      const phone = this.addPhone(`phone${n}`)
      const account = `sim-${n % names.length}`
      await this.signIn(phone, account, n < names.length ? names[n] : undefined)
      if (!(await this.until(() => phone.engine?.current() ?? false, 15_000)))
        throw new Error(`${phone.name} is not signed in`)
    }
    const [first, second] = this.phones
    if (first && second) await this.befriend(first, second)
  }

  /** One more phone, just switched on. */
  addPhone(name: string): Phone {
    const phone = new Phone(name, this.clock, this.dice, this.net, this.cluster.door())
    this.phones.push(phone)
    phone.boot()
    return phone
  }

  /** Tells a phone to sign in, or to register under a name. */
  async signIn(phone: Phone, account: string, name?: string): Promise<void> {
    await this.until(() => phone.engine?.session().state === 'signedOut', 15_000)
    const device = { name: phone.name, platform: 'other' } as const
    if (name === undefined)
      phone.tell({ is: 'call', op: 'accounts.signIn', input: { account, password, device } })
    else phone.tell({ is: 'call', op: 'accounts.register', input: { account, password, name, device } })
  }

  private async befriend(a: Phone, b: Phone): Promise<void> {
    const userId = userOf(b)
    a.tell({ is: 'call', op: 'contacts.requestFriend', input: { userId, message: 'hi' } })
    const incoming = () => b.engine?.requests().find((r) => r.incoming && r.state === 'pending')
    await this.until(() => incoming() !== undefined, 15_000)
    const requestId = incoming()?.id ?? 0
    b.tell({ is: 'call', op: 'contacts.acceptRequest', input: { requestId } })
    const friends = () => [a, b].every(({ engine }) => engine?.chats().length)
    if (!(await this.until(friends, 15_000))) throw new Error('the first two are not friends')
  }

  /** Lets `ms` pass. */
  async run(ms: number): Promise<void> {
    const until = this.clock.now() + ms
    const { clock, dice } = this
    while (clock.step(until))
      if (!clock.isDue(atOnce.withinMs) || !dice.chance(atOnce.share)) await this.cluster.settle()
    await this.cluster.settle()
  }

  /** Lets time pass until something holds, at most `ms`; whether it does. */
  async until(holds: () => boolean, ms: number): Promise<boolean> {
    const end = this.clock.now() + ms
    while (!holds()) {
      if (!this.clock.step(end)) return holds()
      await this.cluster.settle()
    }
    return true
  }

  /** Ends every fault but those of the bus, and wakes everybody up once the lines that were cut are known to be. */
  async heal(): Promise<void> {
    this.net.heal()
    await this.cluster.heal()
    await this.run(10)
    for (const phone of this.phones) {
      if (!phone.engine) phone.boot()
      phone.tell({ is: 'network', online: true })
      phone.tell({ is: 'foreground' })
    }
  }

  /** Everybody is connected, and nothing is left to send or to pull. */
  isQuiet(): boolean {
    return this.phones.every(({ engine }) => engine?.pendingCount() === 0 && engine.current())
  }

  count(what: string, detail = ''): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
    this.log.push(`${String(this.clock.now())} ${what} ${detail}`)
  }

  async close(): Promise<void> {
    for (const phone of this.phones) phone.kill()
    await this.cluster.close()
    await this.store.drop()
  }
}

/** The user who is signed in on a phone. */
export function userOf(phone: Phone): number {
  const session = phone.engine?.session()
  if (session?.state !== 'signedIn') throw new Error(`${phone.name} is not signed in`)
  return session.userId
}
