/** The pages that are open, and the ways between them: navigateTo, redirectTo, reLaunch, switchTab, navigateBack. */
export interface StackPage {
  route: string
  open(): void
  show(): void
  hide(): void
  close(): void
}
interface Target {
  url: string
  success?: () => void
  fail?: (error: { errMsg: string }) => void
  complete?: () => void
}

export class PageStack<P extends StackPage> {
  private stack: P[] = []
  /** Tab pages stay alive while other tabs are shown. */
  private readonly tabPages = new Map<string, P>()
  readonly api: Record<string, (target?: Target & { delta?: number }) => void>

  constructor(
    private readonly on: {
      tabs: readonly string[]
      make(route: string, query: Record<string, string>): P
      soon(act: () => void): void
    },
  ) {
    const way = (act: (url: string) => void) => (target?: Target) =>
      on.soon(() => {
        act(target?.url ?? '')
        target?.success?.()
        target?.complete?.()
      })
    this.api = {
      navigateTo: way((url) => this.push(url)),
      redirectTo: way((url) => {
        this.drop(1)
        this.push(url)
      }),
      reLaunch: way((url) => {
        this.clear()
        this.navigate(url)
      }),
      switchTab: way((url) => this.toTab(url)),
      navigateBack: (target) => on.soon(() => this.back(target?.delta ?? 1)),
    }
  }

  top(): P | undefined {
    return this.stack[this.stack.length - 1]
  }
  pages(): readonly P[] {
    return this.stack
  }
  /** Follows an address, to a tab or on top. */
  navigate(url: string): void {
    if (this.on.tabs.includes(parse(url).route)) this.toTab(url)
    else this.push(url)
  }
  back(delta: number): void {
    this.drop(Math.min(delta, this.stack.length - 1))
    this.top()?.show()
  }

  private push(url: string): void {
    const { route, query } = parse(url)
    if (this.on.tabs.includes(route))
      throw new Error(`navigateTo:fail can not navigateTo a tabbar page: ${url}`)
    this.top()?.hide()
    const page = this.on.make(route, query)
    this.stack.push(page)
    page.open()
  }
  private toTab(url: string): void {
    const { route } = parse(url)
    if (!this.on.tabs.includes(route)) throw new Error(`switchTab:fail not a tabbar page: ${url}`)
    while (this.stack.length > 1) this.drop(1)
    const before = this.top()
    if (before?.route === route) return before.show()
    if (before && this.on.tabs.includes(before.route)) before.hide()
    else before?.close()
    const known = this.tabPages.get(route)
    const page = known ?? this.on.make(route, {})
    this.tabPages.set(route, page)
    this.stack = [page]
    if (known) page.show()
    else page.open()
  }
  private drop(count: number): void {
    for (let n = 0; n < count; n++) this.stack.pop()?.close()
  }
  private clear(): void {
    for (const page of new Set([...this.stack, ...this.tabPages.values()])) page.close()
    this.stack = []
    this.tabPages.clear()
  }
}

function parse(url: string): { route: string; query: Record<string, string> } {
  const [route = '', search = ''] = url.replace(/^\//, '').split('?')
  return { route, query: Object.fromEntries(new URLSearchParams(search)) }
}
