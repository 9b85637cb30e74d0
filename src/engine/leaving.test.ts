import { describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { changed, place } from './test-chat'
import { postsOf } from './test-poll'
import { Phone, sessionOf } from './test-world'

const signOut = { is: 'signOut' } as const
const offline = { ok: false, error: { code: 'offline' } } as const
const keys = (phone: Phone) => [...phone.disk.keys()]
const tokens = (phone: Phone): string => phone.disk.get('leaving') ?? ''
const steps = limits.reconnectMs

/** Signed out without a network: the server has not heard of it. */
async function left(): Promise<Phone> {
  const phone = await new Phone().live()
  phone.tell({ is: 'network', online: false })
  phone.tell(signOut)
  await phone.run()
  phone.post.done(offline)
  await phone.run()
  return phone
}
async function signInAgain(phone: Phone, n: number): Promise<void> {
  const device = { name: 'x', platform: 'other' as const }
  phone.tell({ is: 'call', op: 'accounts.signIn', input: { account: 'anna', password: 'secret-8', device } })
  await phone.run()
  postsOf(phone, 'accounts.signIn')
    .at(-1)
    ?.done({ ok: true, value: sessionOf(1, phone.clock.now, n) })
  await phone.run()
}

describe('signing out without a network', () => {
  it('[A10] keeps the refresh token and nothing else of the account', async () => {
    const phone = await left()
    expect(phone.engine.session()).toEqual({ state: 'signedOut', because: 'signedOut' })
    expect(keys(phone)).toEqual(['leaving'])
    expect(JSON.parse(tokens(phone))).toEqual({
      format: 1,
      value: { tokens: [sessionOf(1, 0).refreshToken] },
    })
  })

  it('[A10] tells the server when there is a network again, and forgets the token then', async () => {
    const phone = await left()
    phone.tell({ is: 'network', online: true })
    expect(phone.post).toMatchObject({ op: 'accounts.signOut', token: 'access-1-1' })
    expect(keys(phone)).toEqual(['leaving'])
    phone.post.done({ ok: true, value: {} })
    await phone.run(600_000)
    expect(keys(phone)).toEqual([])
    expect(postsOf(phone, 'accounts.signOut')).toHaveLength(2)
  })

  it('[A10] tries again by itself, later and later', async () => {
    const phone = await left()
    phone.unit = 1
    const at: number[] = []
    const { now } = phone.clock
    for (let n = 0; n < 4; n++) {
      const { length } = phone.posts
      while (phone.posts.length === length) await phone.run(100)
      at.push(phone.clock.now - now)
      phone.post.done(offline)
      await phone.run()
    }
    const between = at.slice(1).map((ms, n) => ms - (at[n] ?? 0))
    expect(between).toEqual([steps[1], steps[2], steps[3]])
  })

  it('[A10] also after the app was ended, with a fresh token, and as long as no answer comes', async () => {
    const phone = await new Phone({ disk: (await left()).kill() }).boot()
    const token = sessionOf(1, 0).refreshToken
    for (const page of [undefined, '<html>Please pay for this network</html>']) {
      expect(phone.post).toMatchObject({ op: 'accounts.refresh', input: { refreshToken: token } })
      phone.post.done(page === undefined ? offline : { ok: true, value: page })
      await phone.run(steps[2])
    }
    phone.post.done({ ok: true, value: sessionOf(1, phone.clock.now, 2) })
    await phone.run()
    expect(phone.post).toMatchObject({ op: 'accounts.signOut', token: 'access-1-2' })
    phone.post.done({ ok: true, value: '<html>Please pay for this network</html>' })
    await phone.run(steps[3])
    expect(postsOf(phone, 'accounts.signOut')).toHaveLength(2)
    phone.post.done({ ok: false, error: { code: 'unavailable' } })
    // The next try comes after the access token's time.
    phone.clock.now += 1_000_000
    phone.tell({ is: 'foreground' })
    phone.post.done({ ok: false, error: { code: 'unauthenticated' } })
    expect(phone.post).toMatchObject({ op: 'accounts.refresh', input: { refreshToken: token } })
    phone.post.done({ ok: true, value: sessionOf(1, phone.clock.now, 3) })
    expect(phone.post).toMatchObject({ op: 'accounts.signOut', token: 'access-1-3' })
    expect(keys(phone)).toEqual(['leaving'])
    phone.post.done({ ok: true, value: {} })
    await phone.run()
    expect(keys(phone)).toEqual([])
  })

  it('[A10] a session that has ended by itself needs no telling', async () => {
    const phone = await new Phone({ disk: (await left()).kill() }).boot()
    phone.post.done({ ok: false, error: { code: 'sessionEnded' } })
    await phone.run(600_000)
    expect(keys(phone)).toEqual([])
    expect(phone.posts).toHaveLength(1)
  })

  it('[A10] goes on beside the next sign-in, which it does not touch', async () => {
    const phone = await left()
    await signInAgain(phone, 5)
    expect(phone.engine.session().state).toBe('signedIn')
    expect(keys(phone).sort()).toEqual(['leaving', 'session'])
    await phone.run(steps[0])
    expect(phone.post).toMatchObject({ op: 'accounts.signOut', token: 'access-1-1' })
    phone.post.done({ ok: true, value: {} })
    await phone.run()
    expect(keys(phone)).toEqual(['session'])
    expect(phone.engine.session().state).toBe('signedIn')
  })

  it('[A10] holds no more than five tokens, the newest', async () => {
    const phone = await left()
    for (let n = 2; n < 8; n++) {
      await signInAgain(phone, n)
      phone.tell(signOut)
      await phone.run()
    }
    const { value } = JSON.parse(tokens(phone)) as { value: { tokens: string[] } }
    expect(value.tokens).toEqual([3, 4, 5, 6, 7].map((n) => sessionOf(1, 0, n).refreshToken))
  })

  it.each(['{', '{"format":1,"value":{"tokens":[7]}}', '{"format":1,"value":"x"}', '{"format":2}'])(
    '[A10] what cannot be read is dropped: %s',
    async (text) => {
      const phone = await new Phone({ disk: new Map([['leaving', text]]) }).boot()
      await phone.run(600_000)
      expect([keys(phone), phone.posts]).toEqual([[], []])
    },
  )

  it.each([false, true])(
    '[A6] [O9] wipes also where nothing more can be stored, known before: %s',
    async (before) => {
      const phone = await new Phone().live()
      const draft = (text: string) => phone.tell({ is: 'setDraft', conversationId: 102, text })
      draft('a secret')
      phone.socket.hear(changed(102, 0, [place(1, 1, 0)]))
      await phone.run(2_000)
      expect(keys(phone)).toEqual(['session', 'draft/1/102', 'mirror/1/102'])
      phone.roomChars = 0
      if (before) {
        draft('another one')
        await phone.run(2_000)
      }
      phone.tell({ is: 'network', online: false })
      phone.tell(signOut)
      await phone.run(2_000)
      expect(keys(phone)).toEqual([])
      phone.roomChars = Infinity
      await phone.run(60_000)
      expect(keys(phone)).toEqual(['leaving'])
    },
  )

  it('[A10] [O10] is left to the page that owns the account', async () => {
    const phone = await left()
    const { length } = phone.posts
    phone.owner?.(false)
    await phone.run(600_000)
    expect([phone.posts.length, keys(phone)]).toEqual([length, ['leaving']])
  })
})
