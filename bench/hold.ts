/** Connections that are held: each asks once what a phone asks after it has connected, then does nothing but stay. */
import { limits } from '../protocol/limits'
import { addressOf } from './arrivals'
import type { DialectName, Peer } from './dialects'
import { freshLoad, openLines, type Line } from './line'

export interface HoldPlan {
  kind: 'hold'
  dialect: DialectName
  url: string
  peers: Peer[]
}
/** All are connected, and have their answers. */
export interface HoldReport {
  seconds: number
}
export interface Held {
  report: HoldReport
  end(): void
}

const atOnce = 64
const stepMs = 100
const answeredWithinMs = 120_000

/** Throws Error when not all are let in and answered. */
export async function hold({ dialect, url, peers }: HoldPlan): Promise<Held> {
  const started = performance.now()
  let waiting = peers.length
  let allAnswered = (): void => undefined
  const ear = {
    answered() {
      if (--waiting === 0) allAnswered()
    },
  }
  const load = freshLoad()
  const lines: Line[] = []
  // From the beginning: on a slow machine the first would be cut for their silence before the last are there.
  const stop = pingInTurn(lines)
  for (let at = 0; at < peers.length; at += atOnce) {
    const some = peers.slice(at, at + atOnce)
    const options = some.map((peer, n) => ({
      dialect,
      url,
      load,
      peer,
      index: at + n,
      from: addressOf(at + n),
      ear,
    }))
    const opened = await openLines(options, atOnce)
    for (const line of opened) line.ask()
    lines.push(...opened)
  }
  await new Promise<void>((resolve, reject) => {
    const late = () => reject(new Error(`${waiting} of ${peers.length} have no answer`))
    const timer = setTimeout(late, answeredWithinMs)
    allAnswered = () => {
      clearTimeout(timer)
      resolve()
    }
    if (waiting === 0) allAnswered()
  })
  const end = () => {
    stop()
    for (const line of lines) line.cut()
  }
  return { report: { seconds: (performance.now() - started) / 1000 }, end }
}

/** As phones do, one after the other. */
function pingInTurn(lines: readonly Line[]): () => void {
  let turn = 0
  let due = 0
  const timer = setInterval(() => {
    for (due += (lines.length * stepMs) / limits.pingEveryMs; due >= 1; due--)
      lines[turn++ % lines.length]?.ping()
  }, stepMs)
  return () => clearInterval(timer)
}
