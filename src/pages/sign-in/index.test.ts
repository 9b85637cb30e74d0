import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Result } from '../../../protocol/errors'
import type { Engine } from '../../engine/face'
import { provideDevice } from '../../stores/device'
import { provideEngine } from '../../stores/engine'
import SignIn from './index.vue'

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

it('can be tried again after an error, and says what is missing', async () => {
  setActivePinia(createPinia())
  Object.assign(globalThis, { getCurrentPages: () => [{ route: 'pages/sign-in/index' }] })
  provideDevice({
    readChoices: () => '',
    writeChoices: () => undefined,
    language: () => 'zh-CN',
    watchDark: (told) => told(false),
    openAddress: () => true,
  })
  const tell = refusingEngine([
    { ok: false, error: { code: 'offline' } },
    { ok: false, error: { code: 'badCredentials' } },
  ])
  const page = mount(SignIn, { global: { stubs: { 'elsewhere-screen': true } } })
  const submit = async (): Promise<string> => {
    await page.find('[data-testid="signin-submit"]').trigger('tap')
    await flushPromises()
    return page.find('[data-testid="signin-error"]').text()
  }
  expect(await submit()).toBe('请输入账号')
  await page.find('[data-testid="signin-account"]').trigger('input', { detail: { value: 'alice' } })
  await page.find('[data-testid="signin-password"]').trigger('input', { detail: { value: 'a password' } })
  expect(await submit()).toBe('网络不可用，请检查网络后重试')
  expect(await submit()).toBe('账号或密码不正确')
  expect(tell).toHaveBeenCalledTimes(2)
})
