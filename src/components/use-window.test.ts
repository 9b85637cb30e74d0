import { mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick, ref } from 'vue'
import type { ListRow } from './list-place'
import type { ScrollPort } from './scroll-port'
import { useWindow } from './use-window'

/** A list of rows of 100 px in a box whose height the test sets; it cannot be scrolled past its end. */
function list(count: number) {
  const keys = ref(Array.from({ length: count }, (_, i) => `k${i}`))
  const box = { height: 600, measured: 600, top: 0 }
  const resized = vi.fn()
  const port: ScrollPort = {
    scrollTop: ref(undefined),
    measure: (done) => done({ viewport: box.measured, rows: [] }),
    scrollTo(top) {
      box.top = Math.min(top, 8 + keys.value.length * 100 + 12 - box.height)
      return box.top
    },
    onResize: (changed) => (resized.mockImplementation(changed), () => undefined),
  }
  const rows = (): ListRow[] => keys.value.map((key) => ({ key, estimate: 100, own: false }))
  let window: ReturnType<typeof useWindow> | undefined
  mount(
    defineComponent({
      setup() {
        window = useWindow(rows, port, 600)
        return () => h('div')
      },
    }),
  )
  if (!window) throw new Error('not set up')
  return { window, box, keys, resized }
}

it('stays at its end when the box grows between measuring and scrolling', async () => {
  const { window, box, keys, resized } = list(20)
  await nextTick()
  box.measured = 480
  keys.value = [...keys.value, 'new']
  await nextTick()
  await nextTick()
  window.scrolled(box.top)
  expect(window.stuck.value).toBe(true)
  box.measured = box.height
  resized()
  await nextTick()
  expect([window.stuck.value, box.top]).toEqual([true, 8 + 2100 + 12 - 600])
})

it('leaves its end when it is scrolled, also back to where it once was put', async () => {
  const { window, box, keys } = list(20)
  await nextTick()
  const end = box.top
  window.scrolled(end)
  window.scrolled(500)
  expect(window.stuck.value).toBe(false)
  keys.value = [...keys.value, 'new']
  await nextTick()
  await nextTick()
  expect(box.top).toBe(500)
  window.scrolled(700)
  window.scrolled(500)
  expect(window.firstSeen.value).toBe(5)
  window.scrolled(end + 100)
  expect(window.stuck.value).toBe(true)
})
