import { nextTick, ref, type Ref } from 'vue'

/** The field that the cursor was led to by the key that goes on. */
export function useNextField<F extends string>(): { at: Ref<F | undefined>; goTo(field: F): void } {
  const at = ref<F>()
  return {
    at,
    goTo(field) {
      // A field that was left meanwhile would not notice that it is meant again.
      at.value = undefined
      void nextTick(() => (at.value = field))
    },
  }
}
