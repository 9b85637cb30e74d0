/** How many sockets each address has open, and who makes room when those without a hello are too many (L4, L9). */
import { FairShare } from './lines/fair-share'

export interface SocketBounds {
  /** Sockets of all addresses. */
  openMax: number
  /** Sockets of one address. */
  openPerAddressMax: number
  /** Of them, those that have not said hello. */
  greetingMax: number
  greetingPerAddressMax: number
}
export interface SocketAges<Socket> {
  /** It may go for one of an address that holds less: nothing of it is being looked at. */
  isIdle(socket: Socket): boolean
  /** It has had its time, and may go for one of an address that holds as much. */
  isSlow(socket: Socket): boolean
}
/** What one more socket needs: nothing (`free`), that another one goes, or what there is not. */
export type Room<Socket> = 'free' | { instead: Socket } | 'address full' | 'full'

export class Addresses<Socket> {
  private readonly open = new FairShare<Socket>()
  private readonly greeting = new FairShare<Socket>()

  constructor(
    private readonly bounds: SocketBounds,
    private readonly ages: SocketAges<Socket>,
  ) {}

  /** What a socket of this address needs. Absent: of an address that holds as much as any. */
  roomFor(address?: string): Room<Socket> {
    const { openMax, openPerAddressMax, greetingMax, greetingPerAddressMax } = this.bounds
    if (address !== undefined) {
      const isFull =
        this.open.of(address) >= openPerAddressMax || this.greeting.of(address) >= greetingPerAddressMax
      if (isFull) return this.instead(this.greeting.holdersOf(address), false) ?? 'address full'
    }
    if (this.greeting.size < greetingMax && this.open.size < openMax) return 'free'
    if (address === undefined) return 'full'
    const { holders, isUnfair } = this.greeting.claim(address)
    return this.instead(holders, isUnfair) ?? 'full'
  }

  private instead(holders: Iterable<Socket>, isUnfair: boolean): Room<Socket> | undefined {
    for (const socket of holders)
      if (isUnfair ? this.ages.isIdle(socket) : this.ages.isSlow(socket)) return { instead: socket }
    return undefined
  }

  opened(socket: Socket, address: string): void {
    this.open.add(socket, address)
    this.greeting.add(socket, address)
  }
  greeted(socket: Socket): void {
    this.greeting.remove(socket)
  }
  closed(socket: Socket): void {
    this.greeting.remove(socket)
    this.open.remove(socket)
  }
}
