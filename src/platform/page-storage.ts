/**
 * The browser's small storage, for a page that may not have any: where cookies are blocked the very name throws. What is
 * refused lives in memory (O12). uni's own code is given the same one when it is built (scripts/vite-plugins.ts).
 */
export const localStorage: Storage = reach(() => globalThis.localStorage)
export const sessionStorage: Storage = reach(() => globalThis.sessionStorage)

/** Throws nothing: what cannot be read is replaced as a whole. */
export function reach(storage: () => Storage): Storage {
  try {
    const found = storage()
    found.getItem('')
    return found
  } catch {
    return memoryStorage()
  }
}

function memoryStorage(): Storage {
  const held = new Map<string, string>()
  return {
    get length() {
      return held.size
    },
    key: (n) => [...held.keys()][n] ?? null,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
    clear: () => held.clear(),
  }
}
