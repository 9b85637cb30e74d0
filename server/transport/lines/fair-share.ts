/** Who holds places that are few, by address and network; and who gives one up when all are taken (L8). */
import { bucketsOf } from '../address'
import { Tally } from './tally'

export interface Claim<Member> {
  /** Of those who hold places where the most are held, the longest first. */
  readonly holders: Iterable<Member>
  /** They hold more than the one who comes would hold: he need not wait until they are done. */
  readonly isUnfair: boolean
}

export class FairShare<Member> {
  private readonly places = new Map<Member, string>()
  private readonly addresses = new Map<string, Set<Member>>()
  private readonly networks = new Tally()
  private readonly within = new Map<string, Tally>()

  get size(): number {
    return this.places.size
  }
  /** Places that this address holds. */
  of(address: string): number {
    return this.addresses.get(address)?.size ?? 0
  }

  /** Gives a place to a member; one who has a place moves, and is the youngest then. */
  add(member: Member, address: string): void {
    this.remove(member)
    const { network } = bucketsOf(address)
    this.places.set(member, address)
    this.networks.add(network)
    put(this.within, network, () => new Tally()).add(address)
    put(this.addresses, address, () => new Set<Member>()).add(member)
  }

  /** False: he had none. */
  remove(member: Member): boolean {
    const address = this.places.get(member)
    if (address === undefined) return false
    const { network } = bucketsOf(address)
    this.places.delete(member)
    this.networks.remove(network)
    this.within.get(network)?.remove(address)
    if (this.networks.of(network) === 0) this.within.delete(network)
    const members = this.addresses.get(address)
    members?.delete(member)
    if (members?.size === 0) this.addresses.delete(address)
    return true
  }

  /** Who may be asked for a place when one of `address` comes: the network that has the most with him, and its address with the most. */
  claim(address: string): Claim<Member> {
    const { network } = bucketsOf(address)
    const after = this.networks.of(network) + 1
    const fullest = after > this.networks.top ? network : (this.networks.most ?? network)
    const tally = this.within.get(fullest)
    const own = this.of(address) + 1
    const isOwn = fullest === network && own > (tally?.top ?? 0)
    const target = isOwn ? address : (tally?.most ?? address)
    const isUnfair = fullest === network ? this.of(target) > own : this.networks.of(fullest) > after
    return { holders: this.addresses.get(target) ?? [], isUnfair }
  }
  /** The places of one address, those held longest first. */
  holdersOf(address: string): Iterable<Member> {
    return this.addresses.get(address) ?? []
  }
}

function put<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}
