/** How times are written. Pure: texts come from the catalogue of the language. */
import dayjs from 'dayjs'
import type { TimeMs } from '../../protocol/ids'

export type TimeBand = 'today' | 'yesterday' | 'week' | 'year' | 'older'

/** Calendar days from `at` to `now` in local time, midnight to midnight. */
export function daysBetween(at: TimeMs, now: TimeMs): number {
  const from = dayjs(at).startOf('day')
  const to = dayjs(now).startOf('day')
  // A day with a clock change has 23 or 25 hours.
  return Math.round(to.diff(from, 'hour', true) / 24)
}

/** Which way of writing a time has. A time ahead of `now` is of today. */
export function bandOf(at: TimeMs, now: TimeMs): TimeBand {
  const days = daysBetween(at, now)
  if (days <= 0) return 'today'
  if (days === 1) return 'yesterday'
  if (days < 7) return 'week'
  return dayjs(at).year() === dayjs(now).year() ? 'year' : 'older'
}

/** Words of a language: `t('time.yesterday')`, `t('time.weekday.0')`, dayjs patterns in `time.pattern.*`. */
export type Words = (key: string) => string

function day(at: TimeMs, band: TimeBand, words: Words): string {
  if (band === 'yesterday') return words('time.yesterday')
  if (band === 'week') return words(`time.weekday.${dayjs(at).day()}`)
  return dayjs(at).format(words(`time.pattern.${band}`))
}

/** The time above a message. */
export function roomTime(at: TimeMs, now: TimeMs, words: Words): string {
  const band = bandOf(at, now)
  const clock = dayjs(at).format('HH:mm')
  return band === 'today' ? clock : `${day(at, band, words)} ${clock}`
}

/** The time in a row of the chat list. */
export function listTime(at: TimeMs, now: TimeMs, words: Words): string {
  const band = bandOf(at, now)
  return band === 'today' ? dayjs(at).format('HH:mm') : day(at, band, words)
}
