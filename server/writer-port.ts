/** What the serving thread and the writing thread (writer.ts) say to each other. Structured clones: data only. */
import type { Result } from '../protocol/errors'
import type { Change } from './sync/changes'
import type { Notice } from './sync/deliver'
import type { Job } from './units'

/** What the writing thread is started with. */
export interface WriterStart {
  readonly file: string
  readonly unsafeDurability: boolean
  /** Signs access tokens. */
  readonly secret: string
}
/** A job without its handler: that is found by the operation's name on the other side. */
export interface Posted extends Omit<Job, 'handler'> {
  readonly id: number
}
/** `drain`: later jobs get `draining`, those before are answered. `close`: the file is closed and the thread ends. */
export type Ask = { readonly jobs: readonly Posted[] } | { readonly end: 'drain' | 'close' }
/** Results of one commit come together with what it has to publish. */
export type Tell =
  | { readonly is: 'ready' }
  | {
      readonly is: 'committed'
      readonly results: readonly [id: number, result: Result<unknown>][]
      readonly changes: readonly Change[]
      readonly notices: readonly Notice[]
    }
  | {
      readonly is: 'log'
      readonly level: 'warn' | 'error'
      readonly fields: object
      readonly message: string
    }
  | { readonly is: 'fatal'; readonly error: unknown }
  | { readonly is: 'ended'; readonly end: 'drain' | 'close' }
