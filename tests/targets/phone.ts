/** A phone that runs a built output in Node, as a person sees it: pages, texts, touches. */
export interface Shown {
  text: string
  /** `data-…` of the element. */
  data: Record<string, string>
  fire(event: string, detail?: Record<string, unknown>): void
}
export interface TargetPhone {
  readonly target: 'mp-weixin' | 'app'
  /** `pages/chats/index`. */
  route(): string
  /** Elements of the page on top with this data-testid, in order. */
  seen(testid: string): Shown[]
  /** Follows an address, as a link would. */
  go(url: string): void
  back(): void
  setOnline(online: boolean): void
  /** Ends the app without a word and starts it again on what was stored. */
  restart(): void
  /** Errors and warnings that the app printed or threw. */
  errors: readonly string[]
  stop(): void
}

/** Longer than any of it takes on a slow machine: only for what hangs. */
const withinMs = 50_000
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Waits until `probe` gives something true, and gives it. */
export async function until<T>(
  what: () => string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const end = Date.now() + withinMs
  for (;;) {
    const value = await probe()
    if (value) return value
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms for ${what()}`)
    await pause(20)
  }
}
/** Waits until `probe` gives `expected`; the error tells what it last gave. */
export async function eventually<T>(probe: () => T | Promise<T>, expected: T): Promise<void> {
  let last = ''
  await until(
    () => `${JSON.stringify(expected)}, last saw ${last}`,
    async () => (last = JSON.stringify(await probe())) === JSON.stringify(expected),
  )
}

export async function atPage(phone: TargetPhone, route: string): Promise<void> {
  await until(
    () => `page ${route}, is ${phone.route()}`,
    () => phone.route() === route,
  )
}
export const shown = (phone: TargetPhone, testid: string): Promise<Shown> =>
  until(
    () => `${testid} on ${phone.route()}`,
    () => phone.seen(testid)[0],
  )

export async function type(phone: TargetPhone, testid: string, value: string): Promise<void> {
  ;(await shown(phone, testid)).fire('input', { value, cursor: value.length })
  await pause(30)
}
export async function tap(phone: TargetPhone, testid: string): Promise<void> {
  ;(await shown(phone, testid)).fire('tap')
  await pause(30)
}
export const texts = (phone: TargetPhone, testid: string): string[] =>
  phone.seen(testid).map(({ text }) => text.trim())
