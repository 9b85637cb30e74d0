/** Binds long presses to a bubble: a finger or a mouse button that holds, or the right button. */
import { createHold, type Point } from './hold'

/** A touch or mouse event as uni tells it; a mouse is told as one finger. */
interface Pressed extends Partial<Point> {
  touches?: ArrayLike<Point>
}

/** There is one screen and one touch at a time: lists tell it when they scroll. */
export const hold = createHold((ms, call) => {
  const timer = setTimeout(call, ms)
  return () => clearTimeout(timer)
})
/** A finger is on a bubble: a context menu that comes now is the system's own long press. */
let touching = false

const fingersOf = ({ touches }: Pressed): number => touches?.length ?? 1
const pointOf = (event: Pressed): Point => {
  const { clientX = 0, clientY = 0 } = event.touches?.[0] ?? event
  return { clientX, clientY }
}

const watched = ['touchstart', 'touchmove', 'touchend'] as const
/** Keeps the browser from scrolling with a touch that held, and from making a tap of it. */
function keepStill(event: TouchEvent): void {
  if (event.type === 'touchstart' && event.touches.length === 1) hold.forget()
  else if (hold.held && event.cancelable) event.preventDefault()
}
/** From a touch on a bubble to the end of that touch. */
function watchTouch(on: boolean): void {
  // #ifdef H5
  for (const type of watched)
    if (on) document.addEventListener(type, keepStill, { capture: true, passive: false })
    else document.removeEventListener(type, keepStill, true)
  // #endif
}

/** Calls `opened` with where it was pressed, in pixels of the window. */
export function useHold(opened: (x: number, y: number) => void) {
  const held = ({ clientX, clientY }: Point): void => opened(clientX, clientY)
  const press = (event: Pressed): void => hold.down(fingersOf(event), pointOf(event), held)
  return {
    touchStart(event: Pressed): void {
      touching = true
      watchTouch(true)
      press(event)
    },
    mouseDown(event: Pressed): void {
      touching = false
      press(event)
    },
    move(event: Pressed): void {
      hold.move(fingersOf(event), pointOf(event))
    },
    end(): void {
      touching = false
      watchTouch(false)
      hold.release()
    },
    menu(event: Pressed): void {
      if (touching || hold.held) return
      hold.release()
      held(pointOf(event))
    },
  }
}
