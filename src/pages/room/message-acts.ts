/** What can be done with a message: by a long press, or by a tap on its failure mark. */
import { computed, ref } from 'vue'
import type { MessageView } from '@/engine/face'
import { t } from '@/i18n'
import type { useRoom } from '@/stores/room'
import { copyText } from './open-link'

interface Held {
  message: MessageView
  x: number
  y: number
}
const action = (value: string, icon: string) => ({ value, icon, text: t(`room.${value}`) })

export function useMessageActs(room: ReturnType<typeof useRoom>) {
  const held = ref<Held>()
  const failed = ref<MessageView>()
  const find = (key: string): MessageView | undefined => room.view.value.messages.find((m) => m.key === key)

  function act(value: string, message: MessageView): void {
    if (value === 'copy' && message.body.kind === 'text') copyText(message.body.text)
    if (value === 'resend') room.resend(message.clientId)
    if (value === 'delete' || value === 'cancelSend') room.cancel(message.clientId)
  }
  return {
    held,
    failed,
    actions: computed(() => {
      const state = held.value?.message.send.state
      return [
        action('copy', 'copy'),
        ...(state === 'failed' ? [action('resend', 'again'), action('delete', 'trash')] : []),
        ...(state === 'waiting' ? [action('cancelSend', 'trash')] : []),
      ]
    }),
    choices: computed(() => [
      { value: 'resend', text: t('room.resend') },
      { value: 'delete', text: t('room.delete'), red: true },
    ]),
    hold(key: string, x: number, y: number) {
      const message = find(key)
      if (!message) return
      held.value = { message, x, y }
      uni.vibrateShort({ fail: () => undefined })
    },
    ask(key: string) {
      failed.value = find(key)
    },
    pick(value: string) {
      if (held.value) act(value, held.value.message)
      held.value = undefined
    },
    choose(value: string) {
      if (failed.value) act(value, failed.value)
      failed.value = undefined
    },
    close() {
      held.value = undefined
      failed.value = undefined
    },
  }
}
