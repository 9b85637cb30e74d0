import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Result } from '../../../protocol/errors'
import type { Engine, SessionView, Topic } from '../../engine/face'
import { provideDevice } from '../../stores/device'
import { provideEngine } from '../../stores/engine'
import SignIn from './index.vue'

// What the page does later, such as fetching others, is not to run when the test is over.
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** An engine that refuses as told and keeps what it was asked. */
function refusingEngine(
  answers: Result<unknown>[],
  session: () => SessionView = () => ({ state: 'signedOut' }),
) {
  let settled: (ticket: number, result: Result<unknown>) => void = () => undefined
  let changed = (): void => undefined
  const tell = vi.fn(() => {
    const result = answers.shift()
    if (result) queueMicrotask(() => settled(tell.mock.calls.length, result))
    return tell.mock.calls.length
  })
  const engine: Partial<Engine> = {
    tell,
    onSettled: (listener) => void (settled = listener),
    onChanged: (listener) => void (changed = () => listener(new Set<Topic>(['session']))),
    session,
    link: () => 'live',
  }
  provideEngine(engine as Engine)
  return Object.assign(tell, {
    changed: () => changed(),
    settle: (result: Result<unknown>) => settled(1, result),
  })
}

beforeEach(() => {
  setActivePinia(createPinia())
  Object.assign(globalThis, { getCurrentPages: () => [{ route: 'pages/sign-in/index' }] })
  provideDevice({
    readChoices: () => '',
    writeChoices: () => undefined,
    language: () => 'zh-CN',
    watchDark: (told) => told(false),
    watchKeeping: (told) => told(true),
    openAddress: () => true,
  })
})

it('[A17] says while it works on a challenge, and can be stopped', async () => {
  let view: SessionView = { state: 'signedOut' }
  const tell = refusingEngine([], () => view)
  const page = mount(SignIn, { global: { stubs: { 'elsewhere-screen': true } } })
  await page.find('[data-testid="signin-account"]').trigger('input', { detail: { value: 'alice' } })
  await page.find('[data-testid="signin-password"]').trigger('input', { detail: { value: 'a password' } })
  await page.find('[data-testid="signin-submit"]').trigger('tap')
  expect(page.find('[data-testid="signin-stop"]').exists()).toBe(false)
  view = { state: 'signedOut', checking: true }
  tell.changed()
  await flushPromises()
  expect(page.find('[data-testid="signin-submit"]').text()).toBe('正在验证…')
  expect(page.find('[data-testid="signin-to-register"]').exists()).toBe(false)
  await page.find('[data-testid="signin-stop"]').trigger('tap')
  expect(tell).toHaveBeenLastCalledWith({ is: 'stopCheck' })
  view = { state: 'signedOut' }
  tell.changed()
  tell.settle({ ok: false, error: { code: 'cancelled' } })
  await flushPromises()
  expect(page.find('[data-testid="signin-submit"]').text()).toBe('登录')
  expect(page.find('[data-testid="signin-error"]').exists()).toBe(false)
  expect(page.find('[data-testid="signin-to-register"]').exists()).toBe(true)
})

it('can be tried again after an error, and says what is missing', async () => {
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
