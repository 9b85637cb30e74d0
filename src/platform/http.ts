import axios, { AxiosError, type AxiosResponse } from 'axios'
import { createUniAppAxiosAdapter } from '@uni-helper/axios-adapter'
import type { HttpAnswer, HttpPort } from '../engine/ports'

type Failure = Extract<HttpAnswer, { ok: false }>['error']

/**
 * POST through uni.request. `base` is the server's address, asked at each call. Calls are called off by axios's own token:
 * mini-programs have no AbortController.
 */
export function createHttp(base: () => string): HttpPort {
  const client = axios.create({
    adapter: createUniAppAxiosAdapter(),
    validateStatus: () => true,
  })
  return {
    post(op, input, token, done, timeoutMs) {
      const { token: cancelToken, cancel } = axios.CancelToken.source()
      let isOver = false
      const headers = {
        'content-type': 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
      }
      client
        .post<unknown>(`${base()}/api/${op}`, input, { headers, timeout: timeoutMs, cancelToken })
        .then(answerOf, (error: unknown): HttpAnswer => ({ ok: false, error: noAnswer(error) }))
        .then(
          (answer) => {
            if (!isOver) done(answer)
          },
          () => undefined,
        )
      return () => {
        isOver = true
        cancel()
      }
    },
  }
}

function answerOf({ status, data, headers }: AxiosResponse<unknown>): HttpAnswer {
  const at = dateIn(headers)
  if (status >= 200 && status < 300) return { ok: true, value: data, ...(isObject(data) && at) }
  const error = failureIn(data)
  return error ? { ok: false, error, ...at } : { ok: false, error: { code: 'unavailable' } }
}
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

/** When the server answered. Platforms write names of headers as they like. */
function dateIn(headers: object): { at: number } | undefined {
  for (const [name, value] of Object.entries(headers)) {
    const at = name.toLowerCase() === 'date' ? Date.parse(String(value)) : NaN
    if (Number.isFinite(at)) return { at }
  }
  return undefined
}

/** What the server says about a refusal; something between here and it (a proxy's page) says nothing. */
function failureIn(body: unknown): Failure | undefined {
  const error = (body as { error?: Failure } | null | undefined)?.error
  return typeof error?.code === 'string' ? error : undefined
}

const noAnswer = (error: unknown): Failure =>
  error instanceof AxiosError && error.code === AxiosError.ETIMEDOUT
    ? { code: 'timeout' }
    : { code: 'offline' }
