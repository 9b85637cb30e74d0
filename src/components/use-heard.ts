/** What a screen reader says of messages that come into an open room. */
import { ref, watch, type Ref } from 'vue'
import type { MessageRowView } from './message'

/** Texts from others that came since the last change; what was there at first, or comes above, is not told. */
export function useHeard(
  rows: () => readonly MessageRowView[],
  peerName: () => string,
): Readonly<Ref<string>> {
  const heard = ref('')
  let last: number | undefined
  watch(
    rows,
    (list) => {
      const newest = list.reduce((seq, { message }) => Math.max(seq, message.seq ?? 0), 0)
      if (last !== undefined && newest > last) {
        const since = last
        const texts = list.flatMap(({ message: { seq = 0, mine, body } }) =>
          seq > since && !mine && body.kind === 'text' ? [body.text] : [],
        )
        if (texts.length > 0) heard.value = `${peerName()}: ${texts.join('\n')}`
      }
      if (newest > 0) last = newest
    },
    { immediate: true },
  )
  return heard
}
