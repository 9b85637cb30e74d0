import { afterEach, describe, expect, it } from 'vitest'
import { i18n, showLanguage, t } from '../i18n'
import { daysBetween, listTime, roomTime } from './time'

const at = (text: string): number => new Date(text).getTime()
const zone = process.env.TZ
afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
  showLanguage('zh-CN')
})

/** at, now, room zh, list zh, room en, list en. */
const vectors = [
  ['2026-11-21T09:05', '2026-11-21T23:59', '09:05', '09:05', '09:05', '09:05'],
  ['2026-11-20T23:59', '2026-11-21T00:01', '昨天 23:59', '昨天', 'Yesterday 23:59', 'Yesterday'],
  ['2026-11-19T08:00', '2026-11-21T00:01', '星期四 08:00', '星期四', 'Thursday 08:00', 'Thursday'],
  ['2026-11-15T08:00', '2026-11-21T23:00', '星期日 08:00', '星期日', 'Sunday 08:00', 'Sunday'],
  ['2026-11-14T08:00', '2026-11-21T07:00', '11月14日 08:00', '11月14日', 'Nov 14 08:00', 'Nov 14'],
  ['2026-01-01T00:00', '2026-12-31T12:00', '1月1日 00:00', '1月1日', 'Jan 1 00:00', 'Jan 1'],
  ['2025-12-31T23:30', '2026-01-01T00:30', '昨天 23:30', '昨天', 'Yesterday 23:30', 'Yesterday'],
  [
    '2025-12-20T10:00',
    '2026-01-01T00:30',
    '2025年12月20日 10:00',
    '2025年12月20日',
    'Dec 20, 2025 10:00',
    'Dec 20, 2025',
  ],
  ['2026-02-28T22:00', '2026-03-01T08:00', '昨天 22:00', '昨天', 'Yesterday 22:00', 'Yesterday'],
  ['2028-02-28T22:00', '2028-03-01T08:00', '星期一 22:00', '星期一', 'Monday 22:00', 'Monday'],
] as const

describe('time above messages and in the list', () => {
  it.each(vectors)('%s seen at %s', (then, now, roomZh, listZh, roomEn, listEn) => {
    expect(roomTime(at(then), at(now), t)).toBe(roomZh)
    expect(listTime(at(then), at(now), t)).toBe(listZh)
    showLanguage('en')
    expect(roomTime(at(then), at(now), t)).toBe(roomEn)
    expect(listTime(at(then), at(now), t)).toBe(listEn)
  })

  it('counts days by the calendar where the clock changes', () => {
    process.env.TZ = 'America/New_York'
    expect(daysBetween(at('2026-03-07T23:30'), at('2026-03-08T23:30'))).toBe(1)
    expect(daysBetween(at('2026-10-31T00:30'), at('2026-11-02T00:10'))).toBe(2)
    expect(daysBetween(at('2026-11-01T00:30'), at('2026-11-01T23:30'))).toBe(0)
  })

  it('[W26] writes the time of a message as it is, however far behind it the time of day was read', () => {
    const now = at('2026-11-21T06:49:58')
    expect(roomTime(at('2026-11-21T06:50:02'), now, t)).toBe('06:50')
    expect(listTime(at('2026-11-21T06:50:02'), now, t)).toBe('06:50')
    expect(listTime(at('2026-11-22T00:00:30'), at('2026-11-21T23:59:50'), t)).toBe('00:00')
  })

  it('follows the language', () => {
    expect(i18n.global.locale.value).toBe('zh-CN')
  })
})
