import { computed, ref, shallowRef, watch } from 'vue'
import type { ClientId, ConversationId, Seq } from '../../protocol/ids'
import { call, engine, viewOf } from './engine'
import { roomRows, type Entry } from './room-rows'
import { useNow } from './now'

/** One open room: its rows, and what somebody does in it. Made by a page and gone with it. */
export function useRoom(id: ConversationId) {
  const view = viewOf(['room', 'chats', 'contacts', 'session'], (e) => e.room(id))
  const now = useNow(() => view.value.messages.reduce((newest, { at }) => Math.max(newest, at), 0))
  const current = viewOf(['link'], (e) => e.current())
  /** Where reading stopped when the room was entered. Fixed once everything is here, so that the divider stands still. */
  const entry = shallowRef<Entry>()
  let isFixed = false
  const shown = ref(false)
  const rows = computed(() => roomRows(view.value, entry.value))
  let seenUpTo: Seq = 0
  /** The greatest seq that is drawn, also while the page itself is hidden. */
  let drawnUpTo: Seq = 0

  const tellSeen = (): void => {
    if (!shown.value || drawnUpTo <= seenUpTo) return
    seenUpTo = drawnUpTo
    engine().tell({ is: 'seen', conversationId: id, seq: drawnUpTo })
  }
  watch(shown, tellSeen)
  /** By a link a room is entered before its messages have come: what is drawn meanwhile was unread all the same. */
  function noteEntry(): void {
    const { openedAtSeq: seq, unread } = engine().room(id)
    if (isFixed || !shown.value || seq === undefined) return
    entry.value = { seq: entry.value?.seq ?? seq, unread: Math.max(entry.value?.unread ?? 0, unread) }
    isFixed = current.value
  }
  watch([view, current, shown], noteEntry, { flush: 'sync' })

  return {
    view,
    rows,
    now,
    entry,
    /** Everything that the server has is here. */
    current,
    /** The room comes on screen. */
    enter() {
      engine().tell({ is: 'openRoom', conversationId: id })
      shown.value = true
    },
    /** The room leaves the screen. */
    leave() {
      shown.value = false
      engine().tell({ is: 'openRoom', conversationId: null })
    },
    /** Messages up to `seq` were really drawn. */
    drawn(seq: Seq) {
      drawnUpTo = Math.max(drawnUpTo, seq)
      tellSeen()
    },
    send(text: string) {
      const body = { kind: 'text' as const, text }
      return call('chat.sendMessage', { conversationId: id, body, seenSeq: drawnUpTo })
    },
    loadOlder: () => engine().tell({ is: 'loadOlder', conversationId: id }),
    saveDraft: (text: string) => engine().tell({ is: 'setDraft', conversationId: id, text }),
    resend: (clientId: ClientId) => engine().tell({ is: 'resend', clientId }),
    cancel: (clientId: ClientId) => engine().tell({ is: 'cancel', clientId }),
  }
}
