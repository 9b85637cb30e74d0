import { computed, ref } from 'vue'
import type { ErrorCode } from '../../protocol/errors'
import { useContacts } from '@/stores/contacts'

/** Asking somebody to become a friend: how far it is, and taking it back while it waits for a network. */
export function useAsk(userId: () => number) {
  const contacts = useContacts()
  const asked = ref(false)
  const problem = ref<ErrorCode>()
  const act = computed(() => contacts.askOf(userId()))

  async function ask(message: string): Promise<void> {
    if (act.value || asked.value) return
    problem.value = undefined
    const result = await contacts.request(userId(), message)
    asked.value = result.ok
    if (!result.ok && result.error.code !== 'cancelled') problem.value = result.error.code
  }
  return {
    problem,
    /** `sent`: the server has it. */
    state: computed(() => (asked.value ? 'sent' : (act.value?.send.state ?? 'none'))),
    free: computed(() => act.value?.free ?? false),
    ask,
    takeBack: () => act.value && contacts.takeBack(act.value.clientId),
  }
}
