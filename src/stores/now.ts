import { computed, onScopeDispose, ref, watch, type Ref } from 'vue'
import type { TimeMs } from '../../protocol/ids'
import { engine, viewOf } from './engine'

const everyMs = 20_000
const minuteMs = 60_000

/**
 * The server's time, for what is shown: the minute it is, moved on while the caller's scope lives. Never behind `newest`, the
 * newest time that is shown beside it (W24, W26).
 */
export function useNow(newest: () => TimeMs): Readonly<Ref<TimeMs>> {
  const now = ref(engine().now())
  const look = (): void => void (now.value = engine().now())
  const timer = setInterval(look, everyMs)
  onScopeDispose(() => clearInterval(timer))
  watch(
    viewOf(['link'], (e) => e.now()),
    look,
  )
  return computed(() => Math.floor(Math.max(now.value, newest()) / minuteMs) * minuteMs)
}
