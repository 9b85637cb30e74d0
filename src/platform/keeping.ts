/** Whether this device keeps what it is given, so that somebody who is signed in stays so (O12). */
let keeps = true
const listeners: ((keeps: boolean) => void)[] = []

export function noteKeeping(now: boolean): void {
  keeps = now
  for (const told of listeners) told(now)
}
/** Tells now, and whenever it changes. */
export function watchKeeping(told: (keeps: boolean) => void): void {
  listeners.push(told)
  told(keeps)
}
