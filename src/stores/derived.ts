import { computed, type Ref } from 'vue'

/** A computed value of a store. Pinia's types lose what a `ComputedRef` holds under Vue 3.4; a `Ref` keeps it. */
export const derived = <T>(read: () => T): Readonly<Ref<T>> => computed(read)
