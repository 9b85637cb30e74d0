import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import ChatRow from './chat-row.vue'
import MessageComposer from './message-composer.vue'
import type { MessageView } from './message'
import NavBar from './nav-bar.vue'
import RequestRow from './request-row.vue'
import MessageRow from './message-row.vue'
import { limits } from '../../protocol/limits'

const testid = (id: string): string => `[data-testid="${id}"]`
const start = new Date('2026-11-21T09:00:00').getTime()
beforeEach(() => vi.useFakeTimers({ now: start }))
afterEach(() => vi.useRealTimers())

describe('a message', () => {
  const message = (more: Partial<MessageView>): MessageView => ({
    key: 'k',
    seq: undefined,
    from: 1,
    mine: true,
    at: start,
    body: { kind: 'text', text: '你好 https://a.example' },
    send: { state: 'sent' },
    ...more,
  })
  const draw = (more: Partial<MessageView>, around: object = {}) => {
    const props = {
      message: message(more),
      name: '小明',
      timed: false,
      now: start,
      divided: false,
      receipt: false,
    }
    return mount(MessageRow, { props: { ...props, ...around } })
  }

  it('shows the spinner only after 300 ms on its way', async () => {
    const row = draw({ send: { state: 'sending', since: start } })
    await vi.advanceTimersByTimeAsync(299)
    expect(row.find(testid('message-spinner')).exists()).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(row.find(testid('message-spinner')).exists()).toBe(true)
    const acked: object = { message: message({ seq: 4 }) }
    await row.setProps(acked)
    expect(row.find(testid('message-spinner')).exists()).toBe(false)
  })

  it('[O4] that was refused has a mark to tap and says why', async () => {
    const row = draw({ send: { state: 'failed', code: 'notFriends' } })
    expect(row.find(testid('message-reason')).text()).toBe('对方还不是你的朋友，消息已被拒收')
    await row.find(testid('message-failed')).trigger('tap')
    expect(row.emitted('failed')).toEqual([['k']])
  })

  it('tells its link when it is tapped, and its state to who listens', async () => {
    const row = draw({ send: { state: 'waiting' } })
    await row.find('.bubble__link').trigger('tap')
    expect(row.emitted('link')).toEqual([['https://a.example']])
    expect(row.find(testid('message')).attributes('aria-label')).toBe('我：你好 https://a.example，等待发送')
    expect(row.find(testid('message')).attributes('data-state')).toBe('waiting')
  })

  it('of the server is a line in the reader’s language, with time and divider above', () => {
    const row = draw(
      { body: { kind: 'tip', tip: 'friendsNow' }, mine: false },
      { timed: true, divided: true },
    )
    expect(row.find(testid('message')).exists()).toBe(false)
    expect(row.text()).toContain('09:00')
    expect(row.text()).toContain('以下为新消息')
    expect(row.text()).toContain('你们已经是朋友了')
  })
})

describe('a row of the chat list', () => {
  const draw = (more: object) =>
    mount(ChatRow, {
      props: {
        conversationId: 7,
        userId: 1,
        name: 'Alice',
        preview: 'hello',
        time: '09:00',
        unread: 0,
        draft: '',
        mark: 'none',
        ...more,
      },
    })

  it('counts to 99 and then says more', () => {
    expect(draw({}).find(testid('chat-row-badge')).exists()).toBe(false)
    expect(draw({ unread: 99 }).find(testid('chat-row-badge')).text()).toBe('99')
    expect(draw({ unread: 100 }).find(testid('chat-row-badge')).text()).toBe('99+')
  })

  it('shows a draft before the newest message', () => {
    const preview = draw({ draft: 'unfinished' }).find(testid('chat-row-preview')).text()
    expect(preview).toContain('[草稿]')
    expect(preview).toContain('unfinished')
    expect(preview).not.toContain('hello')
  })

  it('marks what is on its way and what failed, also in words', () => {
    expect(draw({ mark: 'sending' }).find('.icon--up').exists()).toBe(true)
    const failed = draw({ mark: 'failed' })
    expect(failed.find('.icon--failed').exists()).toBe(true)
    expect(failed.find(testid('chat-row')).text()).toContain('发送失败')
  })
})

describe('a friend request', () => {
  const draw = (more: object = {}) =>
    mount(RequestRow, {
      props: {
        ...{ requestKey: 'r7', userId: 2, name: 'Bob', message: 'hi', state: 'pending', incoming: true },
        ...{ progress: 'none', free: false, ...more },
      },
    })
  const ids = ['accept', 'refuse', 'waiting', 'take-back', 'state'] as const
  const shown = (more: object): string[] =>
    ids.filter((id) =>
      draw(more)
        .find(testid(`request-${id}`))
        .exists(),
    )

  it('[C4] to me can be answered, one of mine waits for its answer', () => {
    expect(shown({})).toEqual(['accept', 'refuse'])
    expect(shown({ incoming: false })).toEqual(['state'])
    expect(shown({ state: 'accepted' })).toEqual(['state'])
  })

  it('[O6] that waits for a network says so, and can be taken back until it has left', async () => {
    const waiting = { state: 'accepted', progress: 'waiting' }
    expect(shown({ ...waiting, free: true })).toEqual(['waiting', 'take-back'])
    expect(shown(waiting)).toEqual(['waiting'])
    expect(shown({ ...waiting, progress: 'sending' })).toEqual([])
    const row = draw({ ...waiting, free: true })
    await row.find(testid('request-take-back')).trigger('tap')
    expect([row.emitted('takeBack'), row.emitted('open')]).toEqual([[['r7']], undefined])
  })
})

describe('the way back', () => {
  const draw = (unread: number) => mount(NavBar, { props: { title: 'Bob', back: true, unread } })

  it('[R2] says what waits behind it, in figures and in words', () => {
    expect(draw(0).find(testid('nav-unread')).exists()).toBe(false)
    expect(draw(0).find(testid('nav-back')).text()).toBe('返回')
    expect(draw(7).find(testid('nav-unread')).text()).toBe('7')
    expect(draw(120).find(testid('nav-unread')).text()).toBe('99+')
    expect(draw(120).find(testid('nav-back')).text()).toContain('120')
  })
})

describe('the composer', () => {
  const draw = (more: object = {}) =>
    mount(MessageComposer, { props: { draft: '', recent: [], keyboard: 0, enterSends: true, ...more } })
  const type = async (box: ReturnType<typeof draw>, value: string): Promise<void> => {
    await box.find(testid('composer-input')).trigger('input', { detail: { value, cursor: value.length } })
  }

  it('sends what was typed and is empty again', async () => {
    const box = draw()
    await type(box, 'hi')
    await box.find(testid('composer-send')).trigger('tap')
    expect(box.emitted('send')).toEqual([['hi']])
    expect(box.emitted('draft')).toEqual([['hi'], ['']])
  })

  it('[S6] sends no white space and nothing beyond the limit, and counts near it', async () => {
    const box = draw()
    await type(box, ' \n ')
    await box.find(testid('composer-send')).trigger('tap')
    expect(box.find(testid('composer-counter')).exists()).toBe(false)
    await type(box, 'x'.repeat(limits.messageTextCharsMax + 1))
    await box.find(testid('composer-send')).trigger('tap')
    expect(box.emitted('send')).toBeUndefined()
    expect(box.find(testid('composer-counter')).text()).toBe('5001 / 5000')
  })

  it('sends on Enter where there are keys, breaks the line with Shift, and leaves composing alone', async () => {
    const box = draw({ draft: 'hi' })
    const input = box.find(testid('composer-input'))
    await input.trigger('keydown', { key: 'Enter', shiftKey: true })
    await input.trigger('keydown', { key: 'Enter', isComposing: true })
    expect(box.emitted('send')).toBeUndefined()
    await input.trigger('keydown', { key: 'Enter' })
    expect(box.emitted('send')).toEqual([['hi']])
    const touch = draw({ draft: 'hi', enterSends: false })
    await touch.find(testid('composer-input')).trigger('keydown', { key: 'Enter' })
    expect(touch.emitted('send')).toBeUndefined()
  })

  it('puts emoji at the cursor and deletes them whole', async () => {
    const box = draw({ draft: 'ab' })
    await box.find(testid('composer-input')).trigger('blur', { detail: { cursor: 1 } })
    await box.find(testid('composer-emoji')).trigger('tap')
    await box.findAll(testid('emoji'))[0]?.trigger('tap')
    expect(box.emitted('draft')?.[0]).toEqual(['a😀b'])
    await box.find(testid('emoji-erase')).trigger('tap')
    expect(box.emitted('draft')?.[1]).toEqual(['ab'])
  })
})
