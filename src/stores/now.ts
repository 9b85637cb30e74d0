import { onScopeDispose, ref, type Ref } from 'vue'
import type { TimeMs } from '../../protocol/ids'

const everyMs = 20_000

/** The time of day for what is shown, moved on every 20 s while the caller's scope lives. */
export function useNow(): Readonly<Ref<TimeMs>> {
  const now = ref(Date.now())
  const timer = setInterval(() => (now.value = Date.now()), everyMs)
  onScopeDispose(() => clearInterval(timer))
  return now
}
