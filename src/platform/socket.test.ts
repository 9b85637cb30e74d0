/// <reference types="@dcloudio/types" />
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createSocket } from './socket'

type Listener = (event: object) => void
/** A SocketTask whose events the test makes. */
function fakeTask() {
  const on: Record<string, Listener> = {}
  const hear = (name: string) => (listener: Listener) => void (on[name] = listener)
  return {
    task: {
      onOpen: hear('open'),
      onMessage: hear('message'),
      onClose: hear('close'),
      onError: hear('error'),
      send: vi.fn<(options: { data: string; fail: () => void }) => void>(),
      close: vi.fn(),
    },
    happen: (name: string, event: object = {}) => on[name]?.(event),
  }
}
const listener = () => ({ opened: vi.fn(), text: vi.fn(), closed: vi.fn() })
const soon = () => new Promise((resolve) => setTimeout(resolve, 5))
const connect = vi.mocked(uni.connectSocket)
let fake = fakeTask()
beforeEach(() => {
  fake = fakeTask()
  connect.mockReturnValue(fake.task)
})
const port = createSocket(() => 'wss://chat.test/ws')

describe('socket', () => {
  it('opens the address with a complete callback, without which uni gives a promise', () => {
    port.open(listener())
    expect(connect.mock.calls[0]?.[0]).toMatchObject({ url: 'wss://chat.test/ws' })
    expect(connect.mock.calls[0]?.[0].complete).toBeTypeOf('function')
  })

  it('hands on opening and texts, and keeps bytes to itself', () => {
    const events = listener()
    port.open(events)
    fake.happen('open')
    fake.happen('message', { data: '{"t":"pong"}' })
    fake.happen('message', { data: new ArrayBuffer(3) })
    expect(events.opened).toHaveBeenCalledOnce()
    expect(events.text.mock.calls).toEqual([['{"t":"pong"}']])
  })

  it('closes once, whatever the platform reports how often', () => {
    const events = listener()
    port.open(events)
    fake.happen('error')
    fake.happen('close')
    fake.happen('open')
    fake.happen('message', { data: 'late' })
    expect(events.closed).toHaveBeenCalledOnce()
    expect(events.opened).not.toHaveBeenCalled()
    expect(events.text).not.toHaveBeenCalled()
  })

  it('says nothing more after it was closed from here', () => {
    const events = listener()
    const socket = port.open(events)
    socket.close()
    fake.happen('message', { data: 'late' })
    fake.happen('close')
    expect(fake.task.close).toHaveBeenCalledOnce()
    expect(events.closed).not.toHaveBeenCalled()
    expect(events.text).not.toHaveBeenCalled()
  })

  it('[W6] counts a text that could not be sent as the end', async () => {
    const events = listener()
    port.open(events).send('x')
    expect(fake.task.send.mock.calls[0]?.[0].data).toBe('x')
    fake.task.send.mock.calls[0]?.[0].fail()
    expect(events.closed).not.toHaveBeenCalled()
    await soon()
    expect(events.closed).toHaveBeenCalledOnce()
  })

  it('reports later, never inside the call, that no socket could be made', async () => {
    connect.mockImplementation(({ fail }) => {
      fail?.({ errMsg: 'connectSocket:fail' })
      return undefined as never
    })
    const events = listener()
    port.open(events).send('into the void')
    expect(events.closed).not.toHaveBeenCalled()
    await soon()
    expect(events.closed).toHaveBeenCalledOnce()
  })
})
