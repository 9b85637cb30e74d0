import { expect, it } from 'vitest'
import { createLog } from './log'

it('writes no message text, token or password, however deep they stand', () => {
  const lines: string[] = []
  const log = createLog('debug', { write: (line) => void lines.push(line) })
  const call = { input: { text: 'hush-1' }, headers: { authorization: 'Bearer hush-2', cookie: 'hush-3' } }
  log.info({ ...call, user: 7 }, 'called')
  log.error({ call: { request: call, rows: ['hush-4'] }, session: { refreshToken: 'hush-5' } }, 'failed')
  log.warn({ a: { b: { c: { password: 'hush-6', text: 'hush-7' } } }, token: 'hush-8' }, 'odd')
  log.error({ err: new Error('the reason stays') }, 'broke')
  const all = lines.join('')
  expect(all).not.toContain('hush')
  expect(all.match(/\[secret\]/g)?.length).toBeGreaterThanOrEqual(8)
  expect(all).toContain('the reason stays')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ user: 7, msg: 'called' })
})

it('writes nothing below its level', () => {
  const lines: string[] = []
  const log = createLog('warn', { write: (line) => void lines.push(line) })
  log.info('quiet')
  log.warn('loud')
  expect(lines).toHaveLength(1)
})
