/**
 * The element in which a message is written, on H5 (T6, T7). uni tells of what is typed up to 100 ms late, and of nothing
 * while an input method composes: what stands in the field is asked of the field itself. Elsewhere uni's word is all there is.
 */
import type { ComponentInternalInstance } from 'vue'

export interface Written {
  value: string
  /** Where the next letter goes; undefined where nobody is writing. */
  cursor: number | undefined
}

/** What really stands in the field; undefined where there is no element to ask. */
export function written(owner: ComponentInternalInstance | null): Written | undefined {
  const field = fieldOf(owner)
  if (!field) return undefined
  const cursor = document.activeElement === field ? field.selectionEnd : undefined
  return { value: field.value, cursor }
}

/** Puts a text into the field at once, and has uni tell of that instead of what it still wanted to tell. */
export function rewrite(owner: ComponentInternalInstance | null, value: string, cursor: number): void {
  const field = fieldOf(owner)
  if (!field || field.value === value) return
  field.value = value
  // Safari gives the focus to a field whose cursor is set.
  if (document.activeElement === field) field.setSelectionRange(cursor, cursor)
  field.dispatchEvent(new Event('input'))
}

export interface FieldEvents {
  /** Something else stands in the field. */
  written(): void
  /** An input method began to compose, or ended: what it composes is not what is meant. */
  composing(on: boolean): void
  /** Enter alone, without Shift, not while an input method composes. True: that was all it did. */
  entered(): boolean
}

/** What an input method still composes ends with a key of this code; Safari tells it by nothing else. */
const composingKeyCode = 229
/** The key belongs to an input method: it does nothing by itself. */
export const isComposing = (event: KeyboardEvent): boolean =>
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else tells it in Safari
  event.isComposing || event.keyCode === composingKeyCode

/** Tells what happens in the field. uni's own events tell it late or not at all. */
export function watchField(owner: ComponentInternalInstance | null, tell: FieldEvents): void {
  // #ifdef H5
  const root = owner?.vnode.el as HTMLElement | null
  /** Android's keyboards compose every word of every language: there what is composed is meant. */
  let byTouch = false
  const on = <K extends keyof HTMLElementEventMap>(type: K, call: (event: HTMLElementEventMap[K]) => void) =>
    root?.addEventListener(type, (event) => event.target instanceof HTMLTextAreaElement && call(event), true)
  on('keydown', (event) => {
    byTouch = event.key === 'Unidentified' && /Android/.test(navigator.userAgent)
    if (event.key === 'Enter' && !event.shiftKey && !isComposing(event) && tell.entered())
      event.preventDefault()
  })
  // Not before uni has heard of it: it would put back what it knew.
  const later = (): void => void setTimeout(() => tell.written())
  const end = (): void => {
    tell.composing(false)
    later()
  }
  on('compositionstart', () => tell.composing(!byTouch))
  on('compositionend', end)
  on('blur', end)
  on('input', later)
  // #endif
}

function fieldOf(owner: ComponentInternalInstance | null): HTMLTextAreaElement | undefined {
  let root: HTMLElement | null = null
  // #ifdef H5
  root = owner?.vnode.el as HTMLElement | null
  // #endif
  return root?.querySelector<HTMLTextAreaElement>('uni-textarea textarea') ?? undefined
}
