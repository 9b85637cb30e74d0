/**
 * What clients did and saw, and the check of it against the server's final log (rules F4, F6, S2, S4): every acked send
 * is there with that seq and text, none twice, seqs are dense, and order follows real time and each sender's own order.
 */
export interface Sent {
  conversationId: number
  sender: number
  clientId: string
  text: string
  /** Counter of the test process when it was first sent, and when its ack came. */
  invoked: number
  acked?: { seq: number; order: number }
}
export interface Logged {
  seq: number
  sender: number
  clientId: string
  text: string
}
export interface Verdict {
  acked: number
  lost: number
  doubled: number
  outOfOrder: number
  holes: number
}

export class History {
  private order = 0
  acks = 0
  readonly sent: Sent[] = []

  invoke(send: Omit<Sent, 'invoked'>): Sent {
    const entry = { ...send, invoked: this.order++ }
    this.sent.push(entry)
    return entry
  }
  ack(entry: Sent, seq: number): void {
    this.acks++
    entry.acked = { seq, order: this.order++ }
  }

  /** Checks one conversation against its log in seq order. One pass over each list. */
  check(conversationId: number, log: readonly Logged[]): Verdict {
    const sent = this.sent.filter((s) => s.conversationId === conversationId)
    const byClientId = new Map<string, Logged[]>()
    for (const row of log) byClientId.set(row.clientId, [...(byClientId.get(row.clientId) ?? []), row])
    const acked = sent.filter((s) => s.acked)
    return {
      acked: acked.length,
      lost: acked.filter((s) => {
        const [row] = byClientId.get(s.clientId) ?? []
        return row?.seq !== s.acked?.seq || row?.text !== s.text
      }).length,
      doubled: [...byClientId.values()].filter((rows) => rows.length > 1).length,
      outOfOrder: realTimeInversions(acked) + senderInversions(sent, byClientId),
      holes: log.filter((row, index) => row.seq !== index + 1).length,
    }
  }
}

/** ack(A) before invoke(B) means seq(A) < seq(B). */
function realTimeInversions(acked: readonly Sent[]): number {
  const acks = acked.map((s) => s.acked ?? { seq: 0, order: 0 }).sort((a, b) => a.order - b.order)
  let next = 0
  let greatest = 0
  let inversions = 0
  for (const s of [...acked].sort((a, b) => a.invoked - b.invoked)) {
    for (let ack = acks[next]; ack && ack.order < s.invoked; ack = acks[++next])
      greatest = Math.max(greatest, ack.seq)
    if (s.acked && s.acked.seq <= greatest) inversions++
  }
  return inversions
}

/** What one sender sent first stands first. */
function senderInversions(sent: readonly Sent[], log: ReadonlyMap<string, Logged[]>): number {
  const last = new Map<number, number>()
  let inversions = 0
  for (const s of sent) {
    const seq = log.get(s.clientId)?.[0]?.seq
    if (seq === undefined) continue
    if (seq < (last.get(s.sender) ?? 0)) inversions++
    last.set(s.sender, seq)
  }
  return inversions
}
