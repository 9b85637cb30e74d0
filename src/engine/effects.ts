/** Everything the engine wants done, as data. `engine.ts` does it on the ports. */
import type { Result } from '../../protocol/errors'
import type { Up } from '../../protocol/wire'
import type { Ticket, Topic } from './face'
import type { Challenge, SteadyMs, StoreBatch } from './ports'

export type Effect =
  | { do: 'claim'; steal: boolean }
  /** Another page that waits may own the account now. */
  | { do: 'offer' }
  | { do: 'load'; load: number }
  /** Numbered from 1; one at a time, the next comes after `saved` or `saveFailed`. 0: nobody waits for it. */
  | { do: 'save'; save: number; batch: StoreBatch }
  /** Sockets are numbered, so that late events of an old one are known and ignored. */
  | { do: 'open'; socket: number }
  | { do: 'close'; socket: number }
  | { do: 'send'; socket: number; frame: Up }
  | { do: 'http'; call: number; op: string; input: unknown; token: string | undefined; timeoutMs: number }
  /** Nobody waits for the answer of this call any more. */
  | { do: 'abort'; call: number }
  | { do: 'solve'; work: number; challenge: Challenge }
  | { do: 'stopSolving'; work: number }
  | { do: 'wakeAt'; at: SteadyMs | null }
  | { do: 'settle'; ticket: Ticket; result: Result<unknown> }
  | { do: 'changed'; topics: ReadonlySet<Topic> }
