import { effectScope, nextTick, ref } from 'vue'
import { expect, it } from 'vitest'
import type { MessageRowView } from './message'
import { useHeard } from './use-heard'

const row = (seq: number | undefined, mine = false): MessageRowView => ({
  key: `k${seq}`,
  message: {
    key: `k${seq}`,
    seq,
    from: 1,
    mine,
    at: 0,
    body: { kind: 'text', text: `text ${seq}` },
    send: { state: 'sent' },
  },
  timed: false,
  divided: false,
  receipt: false,
})

it('[U15] messages of others that come are told, not what was there, is older, or is mine', async () => {
  const rows = ref<MessageRowView[]>([])
  const heard = effectScope().run(() =>
    useHeard(
      () => rows.value,
      () => 'Ada',
    ),
  )
  const after = async (...list: MessageRowView[]) => {
    rows.value = list
    await nextTick()
    return heard?.value
  }
  expect(await after(row(5))).toBe('')
  expect(await after(row(4), row(5))).toBe('')
  expect(await after(row(5), row(6, true), row(undefined, true))).toBe('')
  expect(await after(row(5), row(6, true), row(7), row(8))).toBe('Ada: text 7\ntext 8')
  expect(await after(row(7), row(8), row(9))).toBe('Ada: text 9')
})
