/** Everything that can happen to the engine. Each input carries the time and one throw of the dice. */
import type { ClientId, TimeMs } from '../../protocol/ids'
import type { Intent, Ticket } from './face'
import type { HttpAnswer, SteadyMs } from './ports'

export type Happening =
  | { is: 'start' }
  | { is: 'stop' }
  | { is: 'owner'; owned: boolean }
  | { is: 'loaded'; load: number; entries: readonly (readonly [key: string, value: string])[] }
  | { is: 'saved'; save: number }
  | { is: 'saveFailed'; save: number }
  | { is: 'opened'; socket: number }
  | { is: 'text'; socket: number; text: string }
  | { is: 'closed'; socket: number }
  | { is: 'answer'; call: number; answer: HttpAnswer }
  | { is: 'solved'; work: number; number: number | undefined }
  | { is: 'wake' }
  /** `id` is fresh, for the clientId of a write. */
  | { is: 'intent'; ticket: Ticket; intent: Intent; id: ClientId }

export interface Moment {
  now: SteadyMs
  /** The device's date and time. */
  wall: TimeMs
  /** 0 <= unit < 1, for jitter. */
  unit: number
}
export type Input = Happening & Moment
