/**
 * What the engine needs from a platform. src/platform makes them of uni.*, the simulator of counters.
 * All callbacks come later, never inside the call that asked for them.
 */
import type { ClientId, TimeMs } from '../../protocol/ids'
import type { Failure } from '../../protocol/errors'

/** Milliseconds of a clock that only goes forward, from a start of its own. Durations are counted by it alone (W23). */
export type SteadyMs = number
export interface ClockPort {
  now(): SteadyMs
  /** The device's date and time: it may be wrong, and set at any moment. */
  wall(): TimeMs
  /** Calls `wake` once at or after `at`. A new call replaces the one before; null cancels. */
  wakeAt(at: SteadyMs | null, wake: () => void): void
}
export interface DicePort {
  /** Where the source needs a moment: resolves when `id` may be called. Absent: at once. */
  ready?: Promise<void>
  /** A fresh id from a source fit for secrets; 22 characters of [A-Za-z0-9_-]. */
  id(): ClientId
  /** For jitter only: 0 <= n < 1. */
  unit(): number
}
export interface SocketEvents {
  opened(): void
  text(text: string): void
  /** After this the socket says nothing more. */
  closed(): void
}
export interface SocketPort {
  /** Opens a new socket; the engine closes the one before first. */
  open(events: SocketEvents): { send(text: string): void; close(): void }
}
/** `at`: the server's time when it answered, where the platform can tell. */
export type HttpAnswer = ({ ok: true; value: unknown } | { ok: false; error: Failure }) & { at?: TimeMs }
export interface HttpPort {
  /**
   * POST /api/<op>. No answer from the server is `offline`, none within `timeoutMs` is `timeout`. The result calls it off,
   * where a platform can: then `done` is not called.
   */
  post(
    op: string,
    input: unknown,
    token: string | undefined,
    done: (answer: HttpAnswer) => void,
    timeoutMs: number,
  ): (() => void) | undefined
}
export interface StoreBatch {
  put: readonly (readonly [key: string, value: string])[]
  remove: readonly string[]
}
/** Keys and values are text. A batch is written whole or not at all, and batches in the order they were given. */
export interface StorePort {
  load(): Promise<(readonly [key: string, value: string])[]>
  /** Rejects with StoreFull when there is no room. */
  write(batch: StoreBatch): Promise<void>
}
export class StoreFull extends Error {
  override readonly name = 'StoreFull'
}
/** One owner per account's outbox on a device: a second tab waits until it takes over. */
export interface OwnerPort {
  /** `change(true)` when this page owns, `change(false)` when another took over. `steal`: take it from whoever has it. */
  claim(steal: boolean, change: (owned: boolean) => void): void
  /** Gives it to a page that waits for it; where none does this page keeps it. Absent: there are no other pages. */
  offer?(): void
}
/** A challenge of the server: a number is hidden in it. */
export interface Challenge {
  /** SHA-256 of the salt and the number (decimal), in hex. */
  challenge: string
  salt: string
  maxNumber: number
}
export interface WorkPort {
  /** Finds the number, without holding up the page; undefined: there is none. The result calls it off. */
  solve(challenge: Challenge, done: (number: number | undefined) => void): () => void
}
export interface DevicePort {
  name: string
  platform: 'h5' | 'app' | 'mp-weixin' | 'other'
}
export interface Ports {
  clock: ClockPort
  dice: DicePort
  socket: SocketPort
  http: HttpPort
  store: StorePort
  owner: OwnerPort
  work: WorkPort
  device: DevicePort
}
