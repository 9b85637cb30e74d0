/**
 * The element in which a message is written, on H5. uni tells of what is typed up to 100 ms late: whoever sends at once
 * would send less than he wrote, and find it in the field again.
 */
import type { ComponentInternalInstance } from 'vue'

/** What really stands in the field; `told` where there is no element to ask. */
export const writtenIn = (owner: ComponentInternalInstance | null, told: string): string =>
  fieldOf(owner)?.value ?? told

/** Empties the field, and has uni tell of that instead of what it still wanted to tell. */
export function emptyField(owner: ComponentInternalInstance | null): void {
  const field = fieldOf(owner)
  if (!field) return
  field.value = ''
  field.dispatchEvent(new Event('input'))
}

/** What an input method still composes ends with a key of this code; Safari tells it by nothing else. */
const composingKeyCode = 229

/**
 * Calls `pressed`, if `wanted`, at Enter alone: without Shift, and not while an input method composes. uni's own event
 * tells neither.
 */
export function onEnter(
  owner: ComponentInternalInstance | null,
  wanted: () => boolean,
  pressed: () => void,
): void {
  // #ifdef H5
  const root = owner?.vnode.el as HTMLElement | null
  root?.addEventListener('keydown', (event) => {
    const isField = event.target instanceof HTMLTextAreaElement
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else tells it in Safari
    const isComposing = event.isComposing || event.keyCode === composingKeyCode
    if (!isField || event.key !== 'Enter' || event.shiftKey || isComposing || !wanted()) return
    event.preventDefault()
    pressed()
  })
  // #endif
}

function fieldOf(owner: ComponentInternalInstance | null): HTMLTextAreaElement | undefined {
  let root: HTMLElement | null = null
  // #ifdef H5
  root = owner?.vnode.el as HTMLElement | null
  // #endif
  return root?.querySelector<HTMLTextAreaElement>('uni-textarea textarea') ?? undefined
}
