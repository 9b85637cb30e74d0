/// <reference types="@dcloudio/types" />
import { describe, expect, it, vi } from 'vitest'
import type { HttpAnswer } from '../engine/ports'
import { createHttp } from './http'

type Options = UniApp.RequestOptions
const request = vi.mocked(uni.request)
const http = createHttp(() => 'https://chat.test')
const post = (token?: string) =>
  new Promise<HttpAnswer>((done) => http.post('accounts.refresh', { a: '你' }, token, done, 15_000))
const answers = (statusCode: number, data: unknown) =>
  request.mockImplementation((options: Options) => {
    setTimeout(() => {
      options.success?.({ statusCode, data, header: {}, cookies: [], errMsg: 'request:ok' } as never)
      options.complete?.({} as never)
    }, 0)
    return { abort: () => undefined } as never
  })
const fails = (errMsg: string) =>
  request.mockImplementation((options: Options) => {
    setTimeout(() => options.fail?.({ errMsg }), 0)
    return { abort: () => undefined } as never
  })

describe('http', () => {
  it('[Y14] gives a call the time it is given, and calls off what nobody waits for', async () => {
    const abort = vi.fn()
    let finish: ((options: object) => void) | undefined
    request.mockImplementation((options: Options) => {
      finish = options.success as typeof finish
      return { abort } as never
    })
    const done = vi.fn()
    const callOff = http.post('sync.wait', { digest: 1 }, 't0ken', done, 35_000)
    await vi.waitFor(() => expect(request).toHaveBeenCalledOnce())
    expect(request.mock.calls[0]?.[0]).toMatchObject({ timeout: 35_000 })
    callOff?.()
    finish?.({ statusCode: 200, data: {}, header: {}, cookies: [], errMsg: 'request:ok' })
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(abort).toHaveBeenCalledOnce()
    expect(done).not.toHaveBeenCalled()
  })

  it('posts the input as JSON to the operation, with the token when there is one', async () => {
    answers(200, { ok: 1 })
    expect(await post('t0ken')).toEqual({ ok: true, value: { ok: 1 } })
    const sent = request.mock.calls[0]?.[0] as Options & { header: Record<string, string> }
    expect(sent).toMatchObject({ url: 'https://chat.test/api/accounts.refresh', method: 'POST' })
    expect(JSON.parse(sent.data as string)).toEqual({ a: '你' })
    expect(sent.header).toMatchObject({ 'Content-Type': 'application/json', authorization: 'Bearer t0ken' })
    await post()
    expect((request.mock.calls[1]?.[0] as Options & { header: object }).header).not.toHaveProperty(
      'authorization',
    )
  })

  it('[A8] hands on what the server refuses', async () => {
    answers(401, { error: { code: 'sessionEnded' } })
    expect(await post()).toEqual({ ok: false, error: { code: 'sessionEnded' } })
    answers(429, { error: { code: 'tooManyRequests', data: { retryAfterMs: 5 } } })
    expect(await post()).toEqual({ ok: false, error: { code: 'tooManyRequests', data: { retryAfterMs: 5 } } })
  })

  it('[W24] tells when the server answered, and not when something else did', async () => {
    const date = 'Sun, 29 Nov 2026 01:08:44 GMT'
    const at = Date.UTC(2026, 10, 29, 1, 8, 44)
    const dated = (statusCode: number, data: unknown, header: object) =>
      request.mockImplementation((options: Options) => {
        setTimeout(
          () => options.success?.({ statusCode, data, header, cookies: [], errMsg: 'ok' } as never),
          0,
        )
        return { abort: () => undefined } as never
      })
    for (const name of ['Date', 'date', 'DATE']) {
      dated(200, { ok: 1 }, { [name]: date })
      expect(await post()).toEqual({ ok: true, value: { ok: 1 }, at })
    }
    dated(401, { error: { code: 'sessionEnded' } }, { Date: date })
    expect(await post()).toMatchObject({ ok: false, at })
    dated(200, '<html>Pay for the network</html>', { Date: date })
    expect(await post()).not.toHaveProperty('at')
    dated(502, '<html>Bad gateway</html>', { Date: date })
    expect(await post()).not.toHaveProperty('at')
    dated(200, { ok: 1 }, { Date: 'yesterday' })
    expect(await post()).not.toHaveProperty('at')
  })

  it.each([
    [502, '<html>Bad gateway</html>'],
    [503, null],
    [500, { error: 'x' }],
  ])(
    '[A8] takes a %i that no server of ours wrote for unavailable, not for a refusal',
    async (status, body) => {
      answers(status, body)
      expect(await post()).toEqual({ ok: false, error: { code: 'unavailable' } })
    },
  )

  it.each([
    ['request:fail', 'offline'],
    ['request:fail net::ERR_CONNECTION_REFUSED', 'offline'],
    ['request:fail timeout', 'timeout'],
  ])('[A8] calls %s %s', async (errMsg, code) => {
    fails(errMsg)
    expect(await post()).toEqual({ ok: false, error: { code } })
  })
})
