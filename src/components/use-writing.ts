/** A message being written: the draft, bound to the field in which it stands (T6). */
import { computed, getCurrentInstance, onMounted, ref } from 'vue'
import { rewrite, watchField, written } from './field'
import { useDraft } from './use-draft'

interface Edited {
  value?: string
  cursor?: number
}

/** `enterSends`: Enter sends and Shift+Enter breaks the line. `send` is given what was written. */
export function useWriting(start: string, enterSends: () => boolean, send: (text: string) => void) {
  const owner = getCurrentInstance()
  const draft = useDraft(start)
  /** An input method composes: what stands there is not what is meant. */
  const composing = ref(false)
  const canSend = computed(() => draft.canSend.value && !composing.value)

  /** Takes what stands in the field; where it cannot be asked, what uni told. */
  function take(event?: unknown): void {
    if (composing.value) return
    const told = (event as { detail: Edited } | undefined)?.detail
    const field = written(owner)
    draft.type(field?.value ?? told?.value ?? draft.text.value, field?.cursor ?? told?.cursor)
  }
  /** Changes what stands there, in the field as well as here: nothing meets the text as it was before. */
  function change<T>(by: () => T): T {
    take()
    const result = by()
    rewrite(owner, draft.text.value, draft.cursor)
    return result
  }
  function sendIt(): void {
    take()
    if (canSend.value) send(change(() => draft.take()))
  }
  function enter(): boolean {
    if (enterSends()) sendIt()
    return enterSends()
  }
  onMounted(() =>
    watchField(owner, { written: take, composing: (on) => (composing.value = on), entered: enter }),
  )

  return {
    text: draft.text,
    count: draft.count,
    tooLong: draft.tooLong,
    fault: draft.fault,
    canSend,
    take,
    send: sendIt,
    insert: (emoji: string): void => change(() => draft.insert(emoji)),
    erase: (): void => change(() => draft.erase()),
  }
}
