/** What of a room was drawn, what is new below, and the way up to the first unread message. */
import { computed, ref, watch } from 'vue'
import type { Seq } from '../../protocol/ids'
import type { MessageRowView } from './message'
import type { useWindow } from './use-window'

interface Source {
  readonly rows: readonly MessageRowView[]
  readonly more: boolean
  /** Unread messages on entering. */
  readonly unread: number
}

/** `drew` is called with the greatest seq that was ever drawn, whenever it grows. */
export function useUnread(source: Source, list: ReturnType<typeof useWindow>, drew: (seq: Seq) => void) {
  const lastDrawn = computed(() => {
    for (let i = list.lastSeen.value; i >= 0; i--) {
      const seq = source.rows[i]?.message.seq
      if (seq !== undefined) return seq
    }
    return 0
  })
  const drawn = ref(0)
  watch(
    lastDrawn,
    (seq) => {
      if (seq <= drawn.value) return
      drawn.value = seq
      drew(seq)
    },
    { immediate: true, flush: 'post' },
  )
  const below = computed(() => {
    let count = 0
    for (let i = source.rows.length - 1; i >= 0; i--) {
      const message = source.rows[i]?.message
      if (message?.seq !== undefined && message.seq <= drawn.value) break
      if (message && !message.mine) count++
    }
    return count
  })

  const dividerIndex = computed(() => (source.unread ? source.rows.findIndex((row) => row.divided) : -1))
  /** The divider lies above what is seen, or is not even loaded. */
  const unreadAbove = computed(() => {
    if (!source.unread) return false
    return dividerIndex.value < 0 ? source.more : dividerIndex.value < list.firstSeen.value
  })
  /** Going up for a divider that is still to be loaded. */
  let seeking = false
  function toUnread(): void {
    const row = source.rows[dividerIndex.value]
    seeking = !row && source.more
    if (row) list.toKey(row.key)
    else if (seeking) list.toTop()
  }
  watch(
    () => source.rows.length,
    () => seeking && toUnread(),
    { flush: 'post' },
  )
  return { below, unreadAbove, toUnread }
}
