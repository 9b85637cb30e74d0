import { describe, expect, it } from 'vitest'
import type { Failure } from '../../protocol/errors'
import { Phone, sessionOf } from './test-world'

const device = { name: 'x', platform: 'other' as const }
const signIn = (account = 'anna') =>
  ({ is: 'call', op: 'accounts.signIn', input: { account, password: 'secret-8', device } }) as const
const challenge = {
  algorithm: 'SHA-256',
  challenge: 'ab'.repeat(32),
  salt: 's',
  signature: 'sig',
  maxNumber: 9,
}
const grant = (phone: Phone, deviceToken?: string, user = 1) => {
  const tokens = sessionOf(user, phone.clock.now)
  phone.post.done({ ok: true, value: deviceToken === undefined ? tokens : { ...tokens, deviceToken } })
}
const fail = (phone: Phone, code: Failure['code']) => phone.post.done({ ok: false, error: { code } })
const isChecking = (phone: Phone): boolean => 'checking' in phone.engine.session()
/** Signs in and is told that a challenge is needed; it was asked for. */
async function asked(phone: Phone, account?: string) {
  const ticket = phone.tell(signIn(account))
  await phone.run()
  fail(phone, 'challengeNeeded')
  await phone.run()
  return ticket
}
/** The same, at work. */
async function atWork(phone: Phone) {
  const ticket = await asked(phone)
  phone.post.done({ ok: true, value: challenge })
  await phone.run()
  return ticket
}

describe('a device token', () => {
  async function signedOut(token = 'token-of-anna', account = 'Anna'): Promise<Phone> {
    const phone = await new Phone().boot()
    phone.tell(signIn(account))
    await phone.run()
    grant(phone, token)
    await phone.run()
    phone.tell({ is: 'signOut' })
    await phone.run(1)
    phone.post.done({ ok: true, value: {} })
    await phone.run(1)
    return phone
  }

  it('[A16] of an account outlives its session and the app, and is shown at its next sign-in alone', async () => {
    const phone = await signedOut()
    expect([...phone.disk.keys()]).toEqual(['devices'])
    const again = await new Phone({ disk: phone.kill() }).boot()
    again.tell(signIn('aNNa'))
    await again.run()
    expect(again.post.input).toMatchObject({ account: 'aNNa', deviceToken: 'token-of-anna' })
    fail(again, 'badCredentials')
    again.tell(signIn('ben'))
    await again.run()
    expect(again.post.input).not.toHaveProperty('deviceToken')
  })

  it('[A16] lies apart from the session, and comes with a registration too', async () => {
    const phone = await new Phone().boot()
    const input = { account: 'anna', password: 'secret-8', name: 'Anna', device }
    phone.tell({ is: 'call', op: 'accounts.register', input })
    await phone.run()
    grant(phone, 'token-of-anna')
    await phone.run()
    expect(phone.disk.get('session')).not.toContain('token-of-anna')
    expect(phone.disk.get('devices')).toContain('token-of-anna')
  })

  it('[A16] is kept of the five accounts that signed in last', async () => {
    let disk: Map<string, string> | undefined
    for (const account of ['anna', 'ben', 'cleo', 'anna', 'dora', 'emil', 'fay']) {
      const phone = await new Phone(disk && { disk }).boot()
      phone.tell(signIn(account))
      await phone.run()
      grant(phone, `token-of-${account}`)
      await phone.run()
      phone.tell({ is: 'signOut' })
      await phone.run(1)
      phone.post.done({ ok: true, value: {} })
      await phone.run(1)
      disk = phone.kill()
    }
    const { value } = JSON.parse(disk?.get('devices') ?? '') as { value: { devices: { account: string }[] } }
    expect(value.devices.map(({ account }) => account)).toEqual(['cleo', 'anna', 'dora', 'emil', 'fay'])
  })

  it('[A16] that the server does not know is forgotten, and the sign-in goes on without it', async () => {
    const phone = await signedOut()
    const ticket = phone.tell(signIn())
    await phone.run()
    fail(phone, 'challengeFailed')
    await phone.run(1)
    expect(phone.post).toMatchObject({ op: 'accounts.signIn', input: { account: 'anna' } })
    expect(phone.post.input).not.toHaveProperty('deviceToken')
    expect([...phone.disk.keys()]).toEqual([])
    grant(phone)
    expect(phone.result(ticket)?.ok).toBe(true)
  })

  it('[A16] what cannot be read is dropped; a phone of before stays signed in', async () => {
    const session = JSON.stringify({ format: 1, value: sessionOf(1, 1_800_000_900_000) })
    const disk = new Map([['session', session], ['devices', '{"format":1,"value":{"devices":[1,{"account":3}]}}']]) // prettier-ignore
    const phone = await new Phone({ disk }).boot()
    await phone.run(1)
    expect(phone.engine.session().state).toBe('signedIn')
    expect(phone.disk.has('devices')).toBe(false)
  })
})

describe('a challenge', () => {
  it('[A17] is asked for, worked on and answered by the phone itself', async () => {
    const phone = await new Phone().boot()
    const ticket = await asked(phone)
    expect(phone.post).toMatchObject({ op: 'accounts.getChallenge', input: { account: 'anna' } })
    expect(isChecking(phone)).toBe(true)
    phone.post.done({ ok: true, value: challenge })
    await phone.run()
    expect(phone.works[0]?.challenge).toEqual({ challenge: challenge.challenge, salt: 's', maxNumber: 9 })
    phone.works[0]?.done(7)
    await phone.run()
    expect(isChecking(phone)).toBe(false)
    const answer = { challenge: challenge.challenge, salt: 's', signature: 'sig', number: 7 }
    expect(phone.post).toMatchObject({ op: 'accounts.signIn', input: { password: 'secret-8', answer } })
    grant(phone)
    await phone.run()
    expect(phone.result(ticket)?.ok).toBe(true)
    expect(phone.engine.session().state).toBe('signedIn')
  })

  it('[A17] that was answered too late is replaced once', async () => {
    const phone = await new Phone().boot()
    const ticket = await atWork(phone)
    for (const round of [0, 1]) {
      phone.works[round]?.done(round)
      await phone.run()
      fail(phone, 'challengeFailed')
      await phone.run()
      if (round === 0) phone.post.done({ ok: true, value: challenge })
      await phone.run()
    }
    expect(phone.works).toHaveLength(2)
    expect(phone.result(ticket)).toEqual({ ok: false, error: { code: 'challengeFailed' } })
    expect(isChecking(phone)).toBe(false)
  })

  it('[A17] can be given up while it is asked for and while it is worked on', async () => {
    const phone = await new Phone().boot()
    const first = await asked(phone)
    const call = phone.post
    phone.tell({ is: 'stopCheck' })
    expect(call.isAborted).toBe(true)
    const second = await atWork(phone)
    phone.tell({ is: 'stopCheck' })
    expect(phone.works[0]?.isStopped).toBe(true)
    phone.works[0]?.done(7)
    call.done({ ok: true, value: challenge })
    await phone.run(1)
    for (const ticket of [first, second])
      expect(phone.result(ticket)).toEqual({ ok: false, error: { code: 'cancelled' } })
    expect(isChecking(phone)).toBe(false)
    expect(phone.post.op).toBe('accounts.getChallenge')
  })

  it('[A17] that cannot be fetched, is none, or has no answer ends the sign-in and says why', async () => {
    const phone = await new Phone().boot()
    const results = []
    for (const value of [undefined, { ...challenge, maxNumber: 1e12 }, '<html>', challenge]) {
      const ticket = await asked(phone)
      if (value === undefined) fail(phone, 'tooManyRequests')
      else phone.post.done({ ok: true, value })
      await phone.run()
      if (value === challenge) phone.works[0]?.done(undefined)
      results.push(phone.result(ticket))
      expect(phone.engine.session()).toEqual({ state: 'signedOut' })
    }
    const codes = ['tooManyRequests', 'internal', 'internal', 'challengeFailed']
    expect(results).toEqual(codes.map((code) => ({ ok: false, error: { code } })))
  })

  it('[A17] is let go when another page takes the account over', async () => {
    const phone = await new Phone().boot()
    const ticket = await atWork(phone)
    phone.owner?.(false)
    expect(phone.works[0]?.isStopped).toBe(true)
    expect(phone.result(ticket)).toEqual({ ok: false, error: { code: 'cancelled' } })
  })
})
