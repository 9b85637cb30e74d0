/** Where the focus is while something lies over a page, on H5: in it, and back where it was when that goes [U15]. */
const layers = '[role=menu], [role=dialog], [role=alertdialog], [role=radiogroup]'
const stops = '[tabindex="0"], input, textarea, select, a[href]'
const layersIn = (node: Node): HTMLElement[] =>
  node instanceof HTMLElement
    ? [...(node.matches(layers) ? [node] : []), ...node.querySelectorAll<HTMLElement>(layers)]
    : []
const isSeen = (element: HTMLElement): boolean => element.getClientRects().length > 0

let before: HTMLElement | undefined
/** Into a layer that comes, so that Tab works on it, and back when it goes. */
export function moveFocus(records: readonly MutationRecord[]): void {
  const [layer] = records.flatMap(({ addedNodes }) => [...addedNodes]).flatMap(layersIn)
  const first = firstOf(layer, '[aria-checked=true]') ?? firstOf(layer, '[tabindex]')
  // On a phone its keyboard stays where it is, unless the layer has to be answered.
  if (first && (layer?.ariaModal === 'true' || hasKeys())) {
    if (document.activeElement instanceof HTMLElement) before = document.activeElement
    first.focus({ preventScroll: true })
  }
  if (!before || document.querySelector(layers)) return
  if (document.activeElement === document.body && before.isConnected) before.focus({ preventScroll: true })
  before = undefined
}
const firstOf = (layer: Element | undefined, what: string): HTMLElement | undefined =>
  layer?.querySelector<HTMLElement>(what) ?? undefined
const hasKeys = (): boolean => window.matchMedia('(hover: hover) and (pointer: fine)').matches

/** Tab goes round in what has to be answered; arrows walk through menus and choices. */
export function walk(event: KeyboardEvent): void {
  const step = { Tab: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[
    event.key
  ]
  if (step === undefined) return
  const within = event.key === 'Tab' ? '[aria-modal=true], [role=menu]' : '[role=menu], [role=radiogroup]'
  const last = [...document.querySelectorAll<HTMLElement>(within)].filter(isSeen).pop()
  const open = event.key === 'Tab' ? (last?.closest('[aria-modal=true]') ?? last) : last
  const list = open ? [...open.querySelectorAll<HTMLElement>(stops)].filter(isSeen) : []
  if (list.length === 0) return
  const now = list.findIndex((element) => element === document.activeElement)
  const next = now < 0 ? (step > 0 ? 0 : list.length - 1) : (now + step + list.length) % list.length
  event.preventDefault()
  list[next]?.focus()
}
