import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AccountName } from '../../protocol/accounts'
import { compile } from '../../protocol/define'
import { accountKeyOf, decideRefresh, mayBeAccount, type PresentedToken, type RefreshFacts } from './rules'

describe('account names', () => {
  it('[A1] fold to one key whatever their case', () => {
    expect(accountKeyOf('Li_Lei-9')).toBe(accountKeyOf('lI_LEI-9'))
  })

  it('are recognised exactly as the schema of registration does', () => {
    const fits = compile(AccountName)
    const text = fc.oneof(
      fc.string({ maxLength: 24 }),
      fc.stringMatching(/^[A-Za-z_-][A-Za-z0-9_-]{2,21}$/),
      fc.constantFrom('abcd\n', 'ábcd', 'abc', 'a'.repeat(20), 'a'.repeat(21)),
    )
    fc.assert(fc.property(text, (name) => mayBeAccount(name) === (fits(name) === undefined)))
  })
})

describe('decideRefresh', () => {
  const session: RefreshFacts = { current: 'c', previous: 'p', endedAt: null }
  const told = (token: PresentedToken, facts: RefreshFacts | undefined = session) =>
    decideRefresh(facts, token)

  it('[A5] trades the current token, which then becomes the replaced one', () => {
    expect(told({ hash: 'c', parent: 'p' })).toEqual({ is: 'rotate', previous: 'c' })
    expect(told({ hash: 'c', parent: '-' }, { ...session, previous: null })).toEqual({
      is: 'rotate',
      previous: 'c',
    })
  })

  it('[A5] trades the replaced token while its successor is unused, and it stays the replaced one', () => {
    expect(told({ hash: 'p', parent: 'o' })).toEqual({ is: 'rotate', previous: 'p' })
  })

  it('[A5] trades either of two successors that were given for one token', () => {
    expect(told({ hash: 'twin', parent: 'p' })).toEqual({ is: 'rotate', previous: 'twin' })
  })

  it('[A5] knows an older token, or a first one that was replaced, as a copy', () => {
    expect(told({ hash: 'o', parent: 'older' })).toEqual({ is: 'reused' })
    expect(told({ hash: 'o', parent: '-' })).toEqual({ is: 'reused' })
    expect(told({ hash: 'o', parent: '-' }, { ...session, previous: null })).toEqual({ is: 'reused' })
  })

  it('[A4] trades nothing once the session has ended', () => {
    expect(told({ hash: 'c', parent: 'p' }, { ...session, endedAt: 1 })).toEqual({ is: 'ended' })
    expect(decideRefresh(undefined, { hash: 'c', parent: 'p' })).toEqual({ is: 'ended' })
  })

  /** A session as the database keeps it, and tokens that name their parents. */
  function play(steps: readonly number[]): { alive: boolean; steps: number } {
    const issued = [{ hash: 't0', parent: '-' }]
    let facts: RefreshFacts = { current: 't0', previous: null, endedAt: null }
    for (const [i, pick] of steps.entries()) {
      const token = issued[pick % issued.length]!
      const verdict = decideRefresh(facts, token)
      if (verdict.is !== 'rotate') return { alive: false, steps: i }
      const next = { hash: `t${issued.length}`, parent: verdict.previous }
      issued.push(next)
      facts = { current: next.hash, previous: verdict.previous, endedAt: null }
    }
    return { alive: true, steps: steps.length }
  }

  it('[A5] keeps a phone that always uses the newest token it was given, however many answers were lost', () => {
    // true: the answer arrives, so the phone moves to the newest token; false: it asks again with the one it has.
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (arrivals) => {
        let mine = 0
        const picks = arrivals.map((arrives, i) => {
          const used = mine
          if (arrives) mine = i + 1
          return used
        })
        // picks index the issued tokens directly, since no pick is beyond what was issued.
        return play(picks).alive
      }),
    )
  })

  it('[A5] ends when a copy was used and both go on: within two turns of the one that fell behind', () => {
    // The thief trades t0 for t1, the owner trades t0 for t2; whoever goes on second is found out.
    expect(play([0, 0, 1, 2]).alive).toBe(false)
    expect(play([0, 0, 2, 1]).alive).toBe(false)
    // The thief goes ahead alone; the owner's old token then tells.
    expect(play([0, 1, 0]).alive).toBe(false)
  })
})
