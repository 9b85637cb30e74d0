/** The storage of a mini-program with its limits: 1 MB in one key, 10 MB in all; what does not fit throws. */
import type { KeyValues } from '../../src/platform/store-mp'

const keyBytesMax = 1024 * 1024
const allBytesMax = 10 * 1024 * 1024

export interface FakeKeyValues extends KeyValues {
  readonly entries: Map<string, string>
  /** The process dies before change `n` + 1 from now: every later call throws until the restart. */
  killAfter(changes: number): void
  restart(): void
}

const refusal = (why: string): Error =>
  Object.assign(new Error(why), { errMsg: `setStorageSync:fail ${why}` })

export function createKeyValues(): FakeKeyValues {
  const entries = new Map<string, string>()
  let left = Infinity
  const alive = () => {
    if (left < 0) throw new Error('dead')
  }
  const change = (act: () => void) => {
    if (left-- <= 0) {
      left = -1
      throw new Error('killed')
    }
    act()
  }
  const total = () => [...entries].reduce((sum, [key, value]) => sum + Buffer.byteLength(key + value), 0)
  return {
    entries,
    getStorageInfoSync() {
      alive()
      return { keys: [...entries.keys()] }
    },
    getStorageSync(key) {
      alive()
      return entries.get(key) ?? ''
    },
    setStorageSync: (key, value) =>
      change(() => {
        const before = Buffer.byteLength(entries.get(key) ?? '')
        if (Buffer.byteLength(value) > keyBytesMax) throw refusal('entry size limit reached')
        if (total() - before + Buffer.byteLength(value) > allBytesMax)
          throw refusal('exceed storage max size 10Mb')
        entries.set(key, value)
      }),
    removeStorageSync: (key) => change(() => void entries.delete(key)),
    killAfter(changes) {
      left = changes
    },
    restart() {
      left = Infinity
    },
  }
}
