/**
 * Enter that ends what an input method composes does nothing else (U4): uni's fields take any Enter that is let go, and go on
 * or search. One place for all fields, before they hear of it.
 */
import { isComposing } from '../field'

export function guardEnter(): void {
  // #ifdef H5
  /** Where Enter was pressed as a key of its own. */
  let pressedIn: EventTarget | null = null
  const stop = (event: Event): void => event.stopImmediatePropagation()
  document.addEventListener(
    'keydown',
    (event) => {
      pressedIn = event.key === 'Enter' && !isComposing(event) ? event.target : null
      if (event.key === 'Enter' && !pressedIn) stop(event)
    },
    true,
  )
  document.addEventListener(
    'keyup',
    (event) => {
      if (event.key !== 'Enter') return
      if (event.target !== pressedIn) stop(event)
      pressedIn = null
    },
    true,
  )
  // #endif
}
