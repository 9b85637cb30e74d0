/** The system's keyboard, where it lies over the page instead of moving it. */
import { onScopeDispose, ref, type Ref } from 'vue'

/** Smaller than any keyboard, taller than any bar of a browser. */
const keyboardMinPx = 100

/** Height of the keyboard over the page, in pixels; 0 where the page shrinks by itself. */
export function useKeyboard(): Readonly<Ref<number>> {
  const height = ref(0)
  let stop: () => void = () => undefined
  // #ifdef H5
  stop = watchViewport(height)
  // #endif
  // #ifndef H5
  stop = watchKeyboard(height)
  // #endif
  onScopeDispose(() => stop())
  return height
}

/** iOS browsers lay the keyboard over the page and scroll it away; the visual viewport tells how much is left. */
function watchViewport(height: Ref<number>): () => void {
  const viewport = window.visualViewport
  if (!viewport) return () => undefined
  const look = (): void => {
    const covered = Math.round(window.innerHeight - viewport.height)
    height.value = covered > keyboardMinPx ? covered : 0
    if (height.value) window.scrollTo(0, 0)
  }
  viewport.addEventListener('resize', look)
  return () => viewport.removeEventListener('resize', look)
}

function watchKeyboard(height: Ref<number>): () => void {
  const look = (result: { height: number }): void => void (height.value = result.height)
  uni.onKeyboardHeightChange(look)
  return () => uni.offKeyboardHeightChange(look)
}

/** The device has a keyboard with keys: Enter sends. */
export function hasKeys(): boolean {
  let keys = false
  // #ifdef H5
  keys = window.matchMedia('(hover: hover) and (pointer: fine)').matches
  // #endif
  return keys
}
