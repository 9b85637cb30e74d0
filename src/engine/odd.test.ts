import { describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { createEngine } from './engine'
import { Phone, sessionOf } from './test-world'

const page = '<html>Please sign in to the hotel network</html>'

describe('what is not what it should be', () => {
  it('[A8] a page in the way of a refresh is no answer: the session stays', async () => {
    const phone = await new Phone().live()
    phone.socket.hear({ t: 'bye', error: { code: 'unauthenticated' }, afterMs: 0 })
    await phone.run()
    phone.post.done({ ok: true, value: page })
    await phone.run(limits.reconnectMs[1])
    expect(phone.engine.session().state).toBe('signedIn')
    expect(phone.posts.filter((post) => post.op === 'accounts.refresh')).toHaveLength(2)
  })

  it('[A7] a page in the way of signing in or registering is an error, and the clientId stays', async () => {
    const phone = await new Phone().boot()
    const device = { name: 'x', platform: 'other' as const }
    const input = { account: 'anna', password: 'secret-8', name: 'Anna', device }
    const ticket = phone.tell({ is: 'call', op: 'accounts.register', input })
    await phone.run()
    const sent = phone.post.input
    phone.post.done({ ok: true, value: page })
    expect(phone.result(ticket)).toEqual({ ok: false, error: { code: 'internal' } })
    phone.tell({ is: 'call', op: 'accounts.register', input })
    await phone.run()
    expect(phone.post.input).toEqual(sent)
  })

  it('[W4] an answer of another shape than was asked for counts as a failure, and is asked again', async () => {
    const phone = await new Phone().signIn()
    await phone.welcome()
    phone.socket.answer('sync.heads', { heads: 'none' })
    await phone.run(limits.reconnectMs[1])
    expect(phone.socket.requests('sync.heads')).toHaveLength(2)
    expect(phone.engine.current()).toBe(false)
  })

  it('[Y3] rows of a kind that this version does not know are left alone', async () => {
    const phone = await new Phone().live()
    const rows = [{ k: 'poll', v: 1 } as never]
    phone.socket.hear({ t: 'ev', ev: 'sync.changed', data: { stream: 100, from: 0, to: 1, rows } })
    expect([phone.engine.room(100).messages, phone.engine.current()]).toEqual([[], true])
    phone.drop()
    await phone.run(limits.reconnectMs[0])
    await phone.welcome()
    phone.socket.answer('sync.heads', {
      heads: [
        { stream: 1, version: 0 },
        { stream: 100, version: 1 },
      ],
      cursor: null,
    })
    expect(phone.engine.current()).toBe(true)
  })

  it('[O1] what is told before dice and store are ready is heard when they are', async () => {
    const phone = new Phone()
    let ready = (): void => undefined
    let ids = 0
    const told: number[] = []
    const engine = createEngine({
      clock: { now: () => phone.clock.now, wall: () => phone.clock.now, wakeAt: () => undefined },
      dice: {
        id: () => `late-id-${++ids}`,
        unit: () => 0,
        ready: new Promise((resolve) => (ready = resolve)),
      },
      socket: { open: () => ({ send: () => undefined, close: () => undefined }) },
      http: { post: (_op, input) => void told.push(JSON.stringify(input).length) },
      store: { load: () => Promise.resolve([]), write: () => Promise.resolve() },
      owner: { claim: (_steal, change) => phone.clock.after(1, () => change(true)) },
      work: { solve: () => () => undefined },
      device: { name: 'x', platform: 'other' },
    })
    engine.start()
    const device = { name: 'x', platform: 'other' as const }
    const input = { account: 'anna', password: 'secret-8', name: 'Anna', device }
    engine.tell({ is: 'call', op: 'accounts.register', input })
    await phone.run(10)
    expect([ids, engine.session().state]).toEqual([0, 'loading'])
    ready()
    await phone.run(10)
    expect([ids, told.length]).toEqual([1, 1])
  })

  it('[A5] a token that was refreshed on another page is not used by this one', async () => {
    const phone = await new Phone().live()
    phone.owner?.(false)
    phone.disk.set('session', JSON.stringify({ format: 1, value: sessionOf(1, phone.clock.now, 7) }))
    phone.owner?.(true)
    await phone.run(1)
    phone.socket.events.opened()
    expect(phone.socket.sent).toMatchObject([{ t: 'hello', token: 'access-1-7' }])
  })
})
