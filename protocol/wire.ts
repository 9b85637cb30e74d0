/**
 * Frames of the socket: JSON text, one object a frame, discriminated by `t`. Rules W… of SPEC.md.
 * Several frames may share one WebSocket message, as a JSON array: the server flushes a queue with one write.
 */
import type { Failure } from './errors'
import type { StreamId, TimeMs, UserId, Version } from './ids'

export type Up =
  | { t: 'hello'; v: number; token: string; features: string[] }
  | { t: 'req'; id: number; op: string; in: unknown }
  | { t: 'ping' }

export type Down =
  | { t: 'welcome'; v: number; userId: UserId; now: TimeMs; features: string[] }
  | { t: 'res'; id: number; ok: true; out: unknown }
  | { t: 'res'; id: number; ok: false; error: Failure }
  | { t: 'ev'; ev: string; data: unknown }
  | { t: 'pong'; digest: number }
  | { t: 'bye'; error: Failure; afterMs: number }

/** WebSocket close codes. The `bye` frame before the close says more. */
export const closeCodes = {
  normal: 1000,
  badFrame: 4400,
  unauthenticated: 4401,
  resync: 4408,
  draining: 4503,
} as const

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whole, not negative, and held exactly by a number (F18). */
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** Parses what a server sent. Throws nothing: text that is no frame gives an empty list. */
export function decodeDown(text: string): Down[] {
  const value = parse(text)
  const list = Array.isArray(value) ? value : [value]
  return list.filter((f): f is Down => isObject(f) && typeof f.t === 'string')
}

/** Parses what a phone sent; undefined when it is no frame. Field types are checked, `in` is left to the operation. */
export function decodeUp(text: string): Up | undefined {
  const f = parse(text)
  if (!isObject(f)) return undefined
  if (f.t === 'ping') return { t: 'ping' }
  if (f.t === 'req' && isCount(f.id) && typeof f.op === 'string')
    return { t: 'req', id: f.id, op: f.op, in: f.in }
  if (f.t === 'hello' && isCount(f.v) && typeof f.token === 'string')
    return { t: 'hello', v: f.v, token: f.token, features: strings(f.features) }
  return undefined
}

export const encode = (frame: Up | Down): string => JSON.stringify(frame)

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((x): x is string => typeof x === 'string').slice(0, 32) : []

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Digest of the (stream, version) pairs a phone holds: 32 bits, independent of their order (rule Y9).
 * Each pair is mixed by two rounds of the 32-bit finalizer of MurmurHash3, then all are XORed.
 */
export function digestOf(pairs: Iterable<readonly [StreamId, Version]>): number {
  let digest = 0
  for (const [stream, version] of pairs) digest ^= pairDigest(stream, version)
  return digest >>> 0
}

function pairDigest(stream: StreamId, version: Version): number {
  let h = mix(low(stream) ^ 0x9e3779b9)
  h = mix(h ^ high(stream))
  h = mix(h ^ low(version))
  return mix(h ^ high(version) ^ 0x85ebca6b)
}
const low = (n: number): number => (n % 0x1_0000_0000) | 0
const high = (n: number): number => Math.floor(n / 0x1_0000_0000) | 0
function mix(h: number): number {
  let x = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}
