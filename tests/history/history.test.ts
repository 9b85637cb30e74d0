import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { History, nothingBroken, type Broken, type Logged, type Verdict } from '.'

const conversationId = 7
const row = (seq: number, clientId: string, sender = 1): Logged => ({ seq, sender, clientId, text: clientId })

let history: History
beforeEach(() => {
  history = new History()
})
afterEach(() => history.remove())
const say = (clientId: string, sender = 1) =>
  history.invoke({ conversationId, sender, clientId, text: clientId })
/** Sends these one after the other; with a seq: acked. */
function told(...sends: [clientId: string, seq: number | undefined, sender?: number][]): void {
  const entries = sends.map(([clientId, seq, sender]) => ({ seq, entry: say(clientId, sender) }))
  for (const { entry, seq } of entries) if (seq !== undefined) history.ack(entry, seq)
}
async function verdictOf(log: readonly Logged[]): Promise<Verdict> {
  return history.check(conversationId, log)
}
const only = (broken: Partial<Broken>): Broken => ({ ...nothingBroken, ...broken })

describe('history checker, sends', () => {
  it('[S2] [S4] passes a true history', async () => {
    told(['a', 1], ['b', 2], ['c', undefined])
    const verdict = await verdictOf([row(1, 'a'), row(2, 'b')])
    expect(verdict).toEqual({
      acked: 2,
      unknown: 1,
      logged: 2,
      screens: 0,
      broken: nothingBroken,
      examples: [],
    })
  })
  it('[F4] finds an acked message that is not there', async () => {
    told(['a', 1])
    expect((await verdictOf([])).broken).toEqual(only({ lost: 1 }))
  })
  it('[S3] finds an acked message under another seq, and with another text', async () => {
    told(['a', 1], ['b', 2])
    const verdict = await verdictOf([row(1, 'b'), { ...row(2, 'a'), text: 'else' }])
    expect(verdict.broken).toEqual(only({ lost: 2, unfifo: 1 }))
  })
  it('[S4] finds a doubled message', async () => {
    told(['a', 1])
    expect((await verdictOf([row(1, 'a'), row(2, 'a')])).broken).toEqual(only({ doubled: 1 }))
  })
  it('[S4] finds two acks of one message at two seqs', async () => {
    const a = say('a')
    history.ack(a, 1)
    history.ack(a, 2)
    expect((await verdictOf([row(1, 'a')])).broken).toEqual(only({ doubled: 1 }))
  })
  it('[F6] finds a message without an answer that is there twice', async () => {
    told(['a', undefined])
    expect((await verdictOf([row(1, 'a'), row(2, 'a')])).broken).toEqual(only({ infoTwice: 1 }))
  })
  it('[F7] finds a refused message that is there, and one that nobody sent', async () => {
    history.fail(say('a'))
    expect((await verdictOf([row(1, 'a'), row(2, 'b')])).broken).toEqual(only({ ghosts: 2 }))
  })
  it('[S2] finds a hole', async () => {
    told(['a', 1], ['b', 3])
    expect((await verdictOf([row(1, 'a'), row(3, 'b')])).broken).toEqual(only({ holes: 1 }))
  })
  it('[S2] finds an order against real time', async () => {
    history.ack(say('a'), 2)
    history.ack(say('b', 2), 1)
    expect((await verdictOf([row(1, 'b', 2), row(2, 'a')])).broken).toEqual(only({ inversions: 1 }))
  })
  it('[S2] finds it for a message without an answer, too', async () => {
    history.ack(say('a'), 2)
    say('b', 2)
    expect((await verdictOf([row(1, 'b', 2), row(2, 'a')])).broken).toEqual(only({ inversions: 1 }))
  })
  it("[O2] finds a sender's messages in another order than they were sent", async () => {
    told(['a', undefined], ['b', undefined])
    expect((await verdictOf([row(1, 'b'), row(2, 'a')])).broken).toEqual(only({ unfifo: 1 }))
  })
  it('[O4] lets a message that was refused and sent again stand behind later ones', async () => {
    const [a, b] = [say('a'), say('b')]
    history.fail(a)
    history.ack(b, 1)
    history.ack(a, 2)
    expect((await verdictOf([row(1, 'b'), row(2, 'a')])).broken).toEqual(nothingBroken)
  })
})
