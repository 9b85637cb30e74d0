import { describe, expect, it } from 'vitest'
import { History, type Logged } from './history'

const row = (seq: number, clientId: string, sender = 1): Logged => ({ seq, sender, clientId, text: clientId })

function told(...ids: [clientId: string, seq: number | undefined, sender?: number][]): History {
  const history = new History()
  const entries = ids.map(([clientId, seq, sender]) => ({
    seq,
    entry: history.invoke({ conversationId: 7, sender: sender ?? 1, clientId, text: clientId }),
  }))
  for (const { entry, seq } of entries) if (seq !== undefined) history.ack(entry, seq)
  return history
}

describe('history checker', () => {
  it('[S2] [S4] passes a true history', () => {
    const verdict = told(['a', 1], ['b', 2], ['c', undefined]).check(7, [row(1, 'a'), row(2, 'b')])
    expect(verdict).toEqual({ acked: 2, lost: 0, doubled: 0, outOfOrder: 0, holes: 0 })
  })
  it('[F4] finds an acked message that is not there', () => {
    expect(told(['a', 1]).check(7, []).lost).toBe(1)
  })
  it('[S3] finds an acked message under another seq', () => {
    expect(told(['a', 1]).check(7, [row(1, 'x'), row(2, 'a')]).lost).toBe(1)
  })
  it('[S4] finds a doubled message', () => {
    expect(told(['a', 1]).check(7, [row(1, 'a'), row(2, 'a')]).doubled).toBe(1)
  })
  it('[S2] finds a hole', () => {
    expect(told(['a', 1]).check(7, [row(1, 'a'), row(3, 'b')]).holes).toBe(1)
  })
  it('[S2] finds an order against real time', () => {
    const history = new History()
    const first = history.invoke({ conversationId: 7, sender: 1, clientId: 'a', text: 'a' })
    history.ack(first, 2)
    history.ack(history.invoke({ conversationId: 7, sender: 2, clientId: 'b', text: 'b' }), 1)
    expect(history.check(7, [row(1, 'b', 2), row(2, 'a')]).outOfOrder).toBe(1)
  })
  it("[O2] finds a sender's messages in another order than they were sent", () => {
    expect(told(['a', undefined], ['b', undefined]).check(7, [row(1, 'b'), row(2, 'a')]).outOfOrder).toBe(1)
  })
})
