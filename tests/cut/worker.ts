/** A process that plays journeys for cut.test.ts. */
import { work } from '../sim/pool'
import type { Break } from './breaker'
import { playJourney, type Outcome } from './journey'

export interface CutJob {
  nodes: number
  at?: Break | undefined
}

work(({ nodes, at }: CutJob): Promise<Outcome> => playJourney(nodes, at))
