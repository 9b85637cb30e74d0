import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Result } from '../../../protocol/errors'
import type { Engine } from '../../engine/face'
import { showLanguage } from '../../i18n'
import { provideDevice } from '../../stores/device'
import { provideEngine } from '../../stores/engine'
import Register from './index.vue'

// What the page does later, such as fetching others, is not to run when the test is over.
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** An engine that refuses as told and keeps what it was asked. */
function refusingEngine(answers: Result<unknown>[]) {
  let settled: (ticket: number, result: Result<unknown>) => void = () => undefined
  const tell = vi.fn(() => {
    const result = answers.shift()
    if (result) queueMicrotask(() => settled(tell.mock.calls.length, result))
    return tell.mock.calls.length
  })
  const engine: Partial<Engine> = {
    tell,
    onSettled: (listener) => void (settled = listener),
    onChanged: () => undefined,
    session: () => ({ state: 'signedOut' }),
    link: () => 'live',
  }
  provideEngine(engine as Engine)
  return tell
}

it('[A20] says why a password is weak while it is typed, and what the server found when it is sent', async () => {
  showLanguage('en')
  setActivePinia(createPinia())
  Object.assign(globalThis, { getCurrentPages: () => [{ route: 'pages/register/index' }] })
  Object.assign(uni, { getSystemInfoSync: () => ({ uniPlatform: 'web', browserName: 'chrome' }) })
  provideDevice({
    readChoices: () => '',
    writeChoices: () => undefined,
    language: () => 'en',
    watchDark: (told) => told(false),
    watchKeeping: (told) => told(true),
    openAddress: () => true,
  })
  const weak = { code: 'passwordTooWeak', data: { reason: 'guessable' } } as const
  const tell = refusingEngine([{ ok: false, error: weak }])
  const page = mount(Register, { global: { stubs: { 'elsewhere-screen': true } } })
  const write = (field: string, value: string) =>
    page.find(`[data-testid="register-${field}"]`).trigger('input', { detail: { value } })
  const said = async (password: string): Promise<string[]> => {
    await write('password', password)
    return page.findAll('.field__problem').map((problem) => problem.text())
  }
  await write('account', 'anna_2020')
  await write('name', 'Anna')
  expect(await said('1234567')).toEqual([])
  expect(await said('12345678')).toEqual(['Rows of letters, digits or keys are easy to guess'])
  expect(await said('password')).toEqual(['Many people use this password'])
  expect(await said('        ')).toEqual(['A few characters repeated are easy to guess'])
  expect(await said('anna_2020')).toEqual(['Your account or name is easy to guess'])
  await page.find('[data-testid="register-submit"]').trigger('tap')
  expect(tell).not.toHaveBeenCalled()

  expect(await said('20200101')).toEqual([])
  await page.find('[data-testid="register-submit"]').trigger('tap')
  await flushPromises()
  expect(tell).toHaveBeenCalledTimes(1)
  expect(page.find('[data-testid="register-error"]').text()).toBe(
    'Easy to guess: make it longer or less regular',
  )
})
