/** A JavaScript world as a phone's logic layer has it: timers and a console, no browser, no Node, no eval, no Intl. */
import vm from 'node:vm'

export interface Timers {
  soon(act: () => void): void
}

/** `errors` collects what is thrown in timers or printed as error or warning. `stop` ends all timers. */
export function bareContext(errors: string[]): { context: vm.Context; timers: Timers; stop(): void } {
  const running = new Set<ReturnType<typeof setTimeout>>()
  let over = false
  const guarded = (act: (...args: unknown[]) => void, args: unknown[]) => () => {
    if (over) return
    try {
      act(...args)
    } catch (error) {
      errors.push(errorText(error))
    }
  }
  const start =
    (set: typeof setTimeout | typeof setInterval) =>
    (act: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
      const timer = set(guarded(act, args), ms)
      running.add(timer)
      return timer
    }
  const end = (timer: ReturnType<typeof setTimeout> | undefined) => {
    clearTimeout(timer)
    if (timer) running.delete(timer)
  }
  const note = (...parts: unknown[]) => void errors.push(parts.map(errorText).join(' '))
  const quiet = () => undefined
  const context = vm.createContext(
    {
      console: { log: quiet, info: quiet, debug: quiet, warn: note, error: note },
      setTimeout: start(setTimeout),
      setInterval: start(setInterval),
      clearTimeout: end,
      clearInterval: end,
    },
    { codeGeneration: { strings: false, wasm: false } },
  )
  vm.runInContext(
    'globalThis.global = globalThis; delete globalThis.Intl; delete globalThis.WebAssembly',
    context,
  )
  return {
    context,
    timers: { soon: (act) => void start(setTimeout)(act, 0) },
    stop() {
      over = true
      running.forEach(clearTimeout)
    },
  }
}

const errorText = (value: unknown): string => {
  const { stack } = (value ?? {}) as { stack?: unknown }
  return typeof stack === 'string' ? stack : typeof value === 'string' ? value : JSON.stringify(value)
}
