/** Live frames of `sync.changed`, as the text that goes out (Y4, W5). */
import { limits } from '../../protocol/limits'
import { encode } from '../../protocol/wire'
import type { Change } from './changes'
import { rowsThatFit } from './rows'

/** Room for what a frame says beside its rows. */
const envelopeBytes = 256
/** In UTF-8 a UTF-16 unit takes at most three bytes. */
const bytesPerUnitMax = 3

/**
 * Frames that tell a change, in order: one, or as many as its bytes ask for, cut between rows so that each begins where
 * the one before ends.
 */
export function framesOf(change: Change): string[] {
  const text = frameOf(change)
  const small = text.length * bytesPerUnitMax <= limits.frameOutBytesMax
  return small || Buffer.byteLength(text) <= limits.frameOutBytesMax ? [text] : cut(change)
}

function cut({ stream, from, to, rows }: Change): string[] {
  const frames: string[] = []
  for (let start = 0, reached = from; start < rows.length;) {
    const left = rows.slice(start)
    const part = left.slice(0, rowsThatFit(left, limits.frameOutBytesMax - envelopeBytes))
    start += part.length
    const end = start === rows.length ? to : (part.at(-1)?.v ?? to)
    frames.push(frameOf({ stream, from: reached, to: end, rows: part }))
    reached = end
  }
  return frames
}

const frameOf = (change: Change): string => encode({ t: 'ev', ev: 'sync.changed', data: change })
