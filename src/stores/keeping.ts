import { defineStore } from 'pinia'
import { ref } from 'vue'
import { device } from './device'

/** Whether to say that this device keeps nothing: until it does, or somebody has read it (O12). */
export const useKeeping = defineStore('keeping', () => {
  const isTold = ref(false)
  const keepsNothing = ref(false)
  device().watchKeeping((keeps) => (keepsNothing.value = !keeps && !isTold.value))
  return {
    keepsNothing,
    /** It was read: it is not said again while the app runs. */
    close() {
      isTold.value = true
      keepsNothing.value = false
    },
  }
})
