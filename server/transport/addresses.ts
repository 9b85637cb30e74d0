/** How many sockets each address has open, so that one cannot take them all. */
interface Count {
  open: number
  /** Of them, those that have not said hello. */
  greeting: number
}

export class Addresses {
  private readonly counts = new Map<string, Count>()
  /** Sockets of all addresses that have not said hello. */
  greeting = 0

  constructor(
    readonly openMax: number,
    readonly greetingMax: number,
  ) {}

  /** May this address open one more? */
  admits(address: string): boolean {
    const { open, greeting } = this.counts.get(address) ?? none
    return open < this.openMax && greeting < this.greetingMax
  }

  opened(address: string): void {
    const { open, greeting } = this.counts.get(address) ?? none
    this.counts.set(address, { open: open + 1, greeting: greeting + 1 })
    this.greeting += 1
  }

  greeted(address: string): void {
    const count = this.counts.get(address)
    if (!count) return
    count.greeting -= 1
    this.greeting -= 1
  }

  /** `live`: it had said hello. */
  closed(address: string, live: boolean): void {
    const count = this.counts.get(address)
    if (!count) return
    count.open -= 1
    if (!live) {
      count.greeting -= 1
      this.greeting -= 1
    }
    if (count.open === 0) this.counts.delete(address)
  }
}

const none: Count = { open: 0, greeting: 0 }
