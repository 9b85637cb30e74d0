import { mount } from '@vue/test-utils'
import { defineComponent, h } from 'vue'
import { beforeAll, expect, it } from 'vitest'
import { closeTop, useLayer, watchLayers } from './layers'

const closed: string[] = []
/** A layer whose owner leaves it in place. */
const open = (name: string) =>
  mount(
    defineComponent({
      setup() {
        useLayer(() => void closed.push(name))
        return () => h('div')
      },
    }),
  )
const onPage = (page: unknown): unknown =>
  Object.assign(globalThis, { getCurrentPages: () => ['home', page] })
const escape = (more: KeyboardEventInit = {}) => {
  const event = new KeyboardEvent('keydown', { key: 'Escape', cancelable: true, ...more })
  document.dispatchEvent(event)
  return event.defaultPrevented
}
beforeAll(() => watchLayers())

it('[U11] the topmost layer closes first, each once, and only those of the page on screen', () => {
  onPage('chats')
  open('menu')
  onPage('room')
  const panel = open('panel')
  open('sheet')
  panel.unmount()
  open('dialog')
  expect([closeTop(), closeTop(), closeTop()]).toEqual([true, true, false])
  expect(closed.splice(0)).toEqual(['dialog', 'sheet'])
  onPage('chats')
  expect([closeTop(), closeTop()]).toEqual([true, false])
  expect(closed.splice(0)).toEqual(['menu'])
})

it('[U11] Escape closes a layer, goes nowhere without one, and belongs to an input method that composes', () => {
  open('panel')
  expect([escape({ isComposing: true }), escape({ keyCode: 229 }), closed.splice(0)]).toEqual([
    false,
    false,
    [],
  ])
  expect([escape(), escape(), closed.splice(0)]).toEqual([true, false, ['panel']])
})
