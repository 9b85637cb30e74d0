import { beforeEach, describe, expect, it } from 'vitest'
import { guardEnter } from './enter'

guardEnter()
let heard: string[] = []
const field = document.createElement('input')
const other = document.createElement('input')
document.body.append(field, other)
for (const type of ['keydown', 'keyup']) field.addEventListener(type, () => heard.push(type))
beforeEach(() => void (heard = []))

/** Old, and the only sign by which some input methods can be told. */
const code = (keyCode: number): KeyboardEventInit => Object.fromEntries([['keyCode', keyCode]])
const send = (type: string, init: KeyboardEventInit, to = field): void =>
  void to.dispatchEvent(new KeyboardEvent(type, { key: 'Enter', bubbles: true, ...init }))

describe('[U4] a field hears of Enter', () => {
  it('when it is a key of its own', () => {
    send('keydown', code(13))
    send('keyup', code(13))
    expect(heard).toEqual(['keydown', 'keyup'])
  })

  it.each<[what: string, down: KeyboardEventInit]>([
    ['ends what is composed', { isComposing: true, ...code(229) }],
    ['comes after its end, as in Safari', { isComposing: false, ...code(229) }],
    ['is told as a key of the input method', { key: 'Process', ...code(229) }],
  ])('not when it %s', (_what, down) => {
    send('keydown', down)
    heard = []
    send('keyup', code(13))
    expect(heard).toEqual([])
    send('keydown', code(13))
    send('keyup', code(13))
    expect(heard).toEqual(['keydown', 'keyup'])
  })

  it('not when it was pressed elsewhere, or not at all', () => {
    send('keydown', {}, other)
    send('keyup', {})
    send('keyup', {})
    expect(heard).toEqual([])
  })

  it('and of every other key', () => {
    send('keydown', { key: 'a', isComposing: true })
    send('keyup', { key: 'a' })
    expect(heard).toEqual(['keydown', 'keyup'])
  })
})
