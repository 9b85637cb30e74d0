/** A text being written: typing, emoji at the cursor, limits. */
import { computed, ref } from 'vue'
import { limits } from '../../protocol/limits'
import { textFault } from '../../protocol/rules/words'
import { dropLast } from './emoji'

/** The counter appears when this many characters are left. */
const counterWhenLeft = 200

export function useDraft(draft: string) {
  const text = ref(draft)
  let cursor = draft.length
  const tooLong = computed(() => text.value.length > limits.messageTextCharsMax)
  /** What keeps it from being sent (T1, T3); white space alone is a text that was not begun. */
  const fault = computed(() => (/\S/.test(text.value) ? textFault(text.value) : undefined))
  return {
    text,
    tooLong,
    fault,
    canSend: computed(() => /\S/.test(text.value) && !fault.value && !tooLong.value),
    /** Characters so far, once the limit is near. */
    count: computed(() =>
      text.value.length >= limits.messageTextCharsMax - counterWhenLeft ? text.value.length : undefined,
    ),
    /** `at`: where the next letter goes; undefined: where it did. */
    type(value: string, at: number | undefined = cursor) {
      text.value = value
      cursor = Math.min(at, value.length)
    },
    get cursor(): number {
      return cursor
    },
    insert(emoji: string) {
      text.value = text.value.slice(0, cursor) + emoji + text.value.slice(cursor)
      cursor += emoji.length
    },
    /** Takes away the character before the cursor. */
    erase() {
      const before = dropLast(text.value.slice(0, cursor))
      text.value = before + text.value.slice(cursor)
      cursor = before.length
    },
    /** The text without blank lines before and white space after it; the field is then empty. */
    take(): string {
      const taken = text.value.trimEnd().replace(/^(?:[^\S\n]*\n)+/, '')
      text.value = ''
      cursor = 0
      return taken
    },
  }
}
