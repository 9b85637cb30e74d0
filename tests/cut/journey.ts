/** What three phones of two people do, one of them behind a line that breaks. */
import type { Intent, Ticket } from '../../src/engine/face'
import { sayIn } from '../sim/acts'
import { brokenLaws } from '../sim/laws'
import type { Phone } from '../sim/phone'
import { viewsDiffer } from '../sim/views'
import { userOf, World } from '../sim/world'
import { Breaker, brokenMs, type Break } from './breaker'
import { Dice } from '../sim/dice'

export interface Outcome {
  broken: string[]
  /** Frames by phone and direction. */
  frames: [string, number][]
}

/** After the way is free again. Less than the time between two pings, whose digest would find what was missed. */
const convergeMs = 5_000
/** What all agree on is on their disks after so long: the last word may have come by the poll, at the end of `convergeMs`. */
const copiedMs = 2_000
/** Words that fall into somebody's coming back. */
const lastWords = 3
const lastWordsMs = 1_200
/** A step that takes longer is stuck. */
const stepMsMax = 60_000

/** Plays the journey, with one break or none. Up to the break it is the same each time. */
export async function playJourney(nodes: number, at?: Break): Promise<Outcome> {
  const world = await World.make({ seed: 1, nodes })
  // The journey asks for some things while no time passes.
  for (const node of world.cluster.nodes) node.isSlow = false
  try {
    const journey = new Journey(world, new Breaker(world, at))
    await journey.play()
    if (at && !journey.breaker.hasHappened) journey.broken.push('the line did not break')
    return { broken: journey.broken, frames: [...journey.breaker.frames] }
  } finally {
    await world.close()
  }
}

class Stuck extends Error {}

class Journey {
  readonly broken: string[] = []
  private readonly dice = new Dice(7)
  private readonly told: { phone: Phone; ticket: Ticket; what: string }[] = []
  private readonly anna: Phone
  private readonly bo: Phone
  private readonly tablet: Phone
  private talk = 0

  constructor(
    private readonly world: World,
    readonly breaker: Breaker,
  ) {
    this.anna = world.addPhone('anna')
    this.bo = world.addPhone('bo')
    this.tablet = world.addPhone('tablet')
  }

  async play(): Promise<void> {
    try {
      await this.becomeFriends()
      await this.chat()
      await this.joinLate()
      await this.read()
      await this.judge('at the end')
      await this.signOut()
    } catch (error) {
      if (!(error instanceof Stuck)) throw error
      this.broken.push(`stuck: ${error.message}`)
    }
  }

  private async becomeFriends(): Promise<void> {
    const { anna, bo, world } = this
    await world.signIn(anna, 'journey-anna', 'Anna')
    await world.signIn(bo, 'journey-bo', 'Bo')
    await this.until('both are current', () => [anna, bo].every(({ engine }) => engine?.current()))
    this.tell(anna, { is: 'call', op: 'contacts.searchAccount', input: { account: 'journey-bo' } })
    const request = { userId: userOf(bo), message: 'hello' }
    this.tell(anna, { is: 'call', op: 'contacts.requestFriend', input: request })
    const incoming = () => bo.engine?.requests().find((r) => r.incoming && r.state === 'pending')
    await this.until('the request is there', () => incoming() !== undefined)
    const requestId = incoming()?.id ?? 0
    this.tell(bo, { is: 'call', op: 'contacts.acceptRequest', input: { requestId } })
    await this.until('both have the chat', () => [anna, bo].every(({ engine }) => engine?.chats().length))
    this.talk = anna.engine?.chats()[0]?.conversationId ?? 0
  }

  /** In turns, and both at once. */
  private async chat(): Promise<void> {
    for (let n = 0; n < 7; n++) {
      this.say(this.anna)
      if (n % 2) this.say(this.bo)
      await this.run(120)
      this.say(this.bo)
      await this.run(60)
    }
    await this.until('all is said', () => this.isQuiet())
    await this.fillHistory()
  }

  /** More than a window holds, in one commit. */
  private async fillHistory(): Promise<void> {
    const [user, conversationId] = [userOf(this.bo), this.talk]
    const old = Array.from({ length: 60 }, (_, n) => ({
      ...{ conversationId, clientId: `history-${n}`, seenSeq: 0 },
      body: { kind: 'text' as const, text: `history ${n}` },
    }))
    await Promise.all(old.map((input) => this.world.cluster.ask(user, 'chat.sendMessage', input)))
    await this.run(500)
  }

  /** A second device signs in while the others talk, and looks at what was before. */
  private async joinLate(): Promise<void> {
    const { anna, bo, tablet, world } = this
    for (let n = 0; n < 12; n++) world.clock.after(n * 60, () => this.say(n % 3 ? anna : bo))
    await world.signIn(tablet, 'journey-bo')
    await this.until('the tablet is current', () => tablet.engine?.current() ?? false)
    const held = () => tablet.engine?.room(this.talk).messages ?? []
    this.tell(tablet, { is: 'openRoom', conversationId: this.talk })
    await this.until('the tablet has the window', () => held().length >= 50)
    await this.scrollUp(tablet, () => held()[0]?.seq === 1)
  }

  /** What is read on the screen is asked for once: whoever sees that it failed, scrolls again. */
  private async scrollUp(phone: Phone, isThere: () => boolean): Promise<void> {
    for (let tries = 0; tries < 3 && !isThere(); tries++) {
      const ticket = this.tell(phone, { is: 'loadOlder', conversationId: this.talk })
      await this.until('a page of history is answered', () => phone.settled.has(ticket))
    }
    if (!isThere()) throw new Stuck('the whole history')
  }

  /** Everybody reads, says something, and reads again. */
  private async read(): Promise<void> {
    const conversationId = this.talk
    const phones = [this.anna, this.bo, this.tablet]
    for (let n = 0; n < 4; n++)
      for (const phone of phones) {
        const seq = phone.engine?.room(conversationId).messages.at(-1)?.seq ?? 0
        this.tell(phone, { is: 'openRoom', conversationId })
        this.tell(phone, { is: 'seen', conversationId, seq })
        await this.run(100)
        this.say(phone)
        await this.run(80)
      }
    await this.until('all is read', () => this.isQuiet())
  }

  /** The tablet signs out while the others go on. */
  private async signOut(): Promise<void> {
    const { tablet, world } = this
    for (let n = 0; n < 3; n++) world.clock.after(n * 50, () => this.say(n % 2 ? this.anna : this.bo))
    tablet.tell({ is: 'signOut' })
    await this.until('the tablet is signed out', () => tablet.engine?.session().state === 'signedOut')
    await this.judge('after the sign-out')
    const left = [...tablet.disk.keys()].filter((key) => key.startsWith('mirror/') || key === 'session')
    if (left.length > 0) this.broken.push(`the tablet keeps ${left.join()} after its sign-out`)
  }

  private say(phone: Phone): void {
    sayIn(this.world, phone, this.talk)
  }

  private tell(phone: Phone, intent: Intent): Ticket {
    const what = intent.is === 'call' ? intent.op : intent.is
    const ticket = phone.tell(intent)
    this.told.push({ phone, ticket, what: `${what} of ${phone.name}` })
    return ticket
  }

  private signedIn(): Phone[] {
    return this.world.phones.filter(({ engine }) => engine?.session().state === 'signedIn')
  }
  private isQuiet(): boolean {
    return this.signedIn().every(({ engine }) => engine?.pendingCount() === 0 && engine.current())
  }

  private async until(what: string, holds: () => boolean): Promise<void> {
    const end = this.world.clock.now() + stepMsMax
    while (this.world.clock.now() < end) {
      if (await this.world.until(() => this.breaker.isFresh || holds(), end - this.world.clock.now()))
        if (!this.breaker.isFresh) return
      await this.lookAtBreak()
    }
    throw new Stuck(what)
  }
  private async run(ms: number): Promise<void> {
    const end = this.world.clock.now() + ms
    await this.world.until(() => this.breaker.isFresh, ms)
    await this.lookAtBreak()
    await this.world.run(Math.max(0, end - this.world.clock.now()))
  }

  /** The journey stops where the line broke: the others say their last words while it comes back, then all must agree. */
  private async lookAtBreak(): Promise<void> {
    const { breaker, world } = this
    if (!breaker.isFresh) return
    breaker.isFresh = false
    const wait = brokenMs[breaker.how ?? 'cut']
    if (this.talk)
      for (let n = 0; n < lastWords; n++)
        world.clock.after(wait + this.dice.between(0, lastWordsMs), () =>
          this.say(n % 2 ? this.bo : this.anna),
        )
    await world.run(wait + lastWordsMs)
    // Whoever finds out by himself comes back after a drawn wait, and says what he had to say then.
    if (breaker.how === 'zombie') await world.until(() => this.isQuiet(), convergeMs)
    await world.run(breaker.how === 'zombie' ? convergeMs : convergeMs - lastWordsMs)
    await this.judge('after the break')
  }

  private async judge(when: string): Promise<void> {
    const { world, told } = this
    if (when !== 'after the break') await this.run(convergeMs)
    const phones = this.signedIn()
    for (const phone of phones)
      for (const line of await viewsDiffer(world, phone)) this.broken.push(`${when}: ${line}`)
    await world.run(copiedMs)
    for (const line of await brokenLaws(world, phones)) this.broken.push(`${when}: ${line}`)
    for (const { phone, ticket, what } of told)
      if (!phone.settled.has(ticket)) this.broken.push(`${when}: ${what} is not settled`)
    for (const { phone, ticket, text } of world.said)
      if (ticket === undefined || !phone.settled.get(ticket)?.ok)
        this.broken.push(`${when}: "${text}" is not settled`)
  }
}
