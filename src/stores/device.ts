/** What the client asks of the device apart from the engine. Handed in at the start. */
export interface Device {
  /** Text of the choices made on this device; empty at first. */
  readChoices(): string
  writeChoices(text: string): void
  /** Tells now, and whenever it changes, whether this device keeps what it is given (O12). */
  watchKeeping(told: (keeps: boolean) => void): void
  /** Language of the system, such as `zh_CN`, `zh-Hans` or `en-GB`. */
  language(): string
  /** Tells now, and whenever it changes, whether the system is dark. */
  watchDark(told: (dark: boolean) => void): void
  /** Opens an address outside of the app. False: it cannot be done here. */
  openAddress(address: string): boolean
}

let current: Device | undefined

export function provideDevice(device: Device): void {
  current = device
}
/** The device that was handed in. Throws when there is none: a mistake of the start. */
export function device(): Device {
  if (!current) throw new Error('provideDevice was not called')
  return current
}
