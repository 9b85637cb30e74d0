/** Load of arrivals: clients connect, are let in, and go, so many at a time. */
import type { DialectName, Peer } from './dialects'
import { openLine, type LineOptions } from './line'
import { sampleOf, spanOf, type Sample, type Span } from './window'

export interface ArrivalsPlan {
  kind: 'arrivals'
  dialect: DialectName
  url: string
  /** They come in turn, again and again. */
  peers: Peer[]
  atOnce: number
  /** Arrivals before the measured ones. */
  warmUp: number
  /** Measured ones. */
  count: number
  pids: number[]
}
export type ArrivalsReport = Span

const addresses = 100
/** Many addresses of the loopback: a port that was used rests for a minute. */
export const addressOf = (n: number): string => `127.0.1.${1 + (n % addresses)}`

/** Throws Error when somebody is not let in. */
export async function arrive({ dialect, url, peers, ...plan }: ArrivalsPlan): Promise<ArrivalsReport> {
  const { atOnce, warmUp, count, pids } = plan
  let [begun, done] = [0, 0]
  const samples: Sample[] = []
  const queue = async () => {
    while (begun < warmUp + count) {
      const index = begun++
      const peer = peers[index % peers.length]
      if (!peer) throw new Error('nobody arrives')
      const options: LineOptions = { dialect, url, load: '', peer, index, ear: {}, from: addressOf(index) }
      const line = await openLine(options)
      line.cut()
      done++
      if (done === warmUp || done === warmUp + count) samples.push(sampleOf(pids, done))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, queue))
  const [before, after] = samples
  if (!before || !after) throw new Error('nothing was measured')
  return spanOf(before, after)
}
