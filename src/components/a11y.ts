/** What uni-app's own H5 elements lack for keyboards and screen readers. Elsewhere this does nothing. */
const pressable = ['button', 'menuitem', 'radio', 'link', 'tab']
/** What lies over a page until it is answered or left. */
const layers = '[role=menu], [role=dialog], [role=alertdialog]'
let installed = false

export function installA11y(): void {
  // #ifdef H5
  if (installed) return
  installed = true
  document.addEventListener('keydown', press)
  new MutationObserver(changed).observe(document.body, { childList: true, subtree: true })
  label()
  // #endif
}

/** Enter and Space press what says that it is a button. */
function press(event: KeyboardEvent): void {
  const target = event.target as HTMLElement | null
  if (event.key !== 'Enter' && event.key !== ' ') return
  if (!target || !pressable.includes(target.getAttribute('role') ?? '')) return
  event.preventDefault()
  target.click()
}

function changed(records: readonly MutationRecord[]): void {
  label()
  // A phone's keyboard stays where it is.
  if (window.matchMedia('(hover: hover) and (pointer: fine)').matches) moveFocus(records)
}

let focusBefore: HTMLElement | undefined
/** Into a layer that comes, so that Tab and Escape work on it, and back when it goes. */
function moveFocus(records: readonly MutationRecord[]): void {
  for (const node of records.flatMap(({ addedNodes }) => [...addedNodes])) {
    const layer = node instanceof HTMLElement && (node.matches(layers) ? node : node.querySelector(layers))
    const first = layer && layer.querySelector<HTMLElement>('[tabindex]')
    if (!first) continue
    if (document.activeElement instanceof HTMLElement) focusBefore = document.activeElement
    first.focus()
  }
  if (!focusBefore || document.querySelector(layers)) return
  if (document.activeElement === document.body && focusBefore.isConnected) focusBefore.focus()
  focusBefore = undefined
}

/** Labels are set on uni-input and uni-textarea, but what has the focus is inside, as what is filled in; tabs have no role. */
function label(): void {
  for (const outer of document.querySelectorAll('uni-input[aria-label], uni-textarea[aria-label]')) {
    const inner = outer.querySelector('input, textarea')
    const text = outer.getAttribute('aria-label') ?? ''
    if (inner && inner.getAttribute('aria-label') !== text) inner.setAttribute('aria-label', text)
  }
  for (const outer of document.querySelectorAll<HTMLElement>('uni-input[data-fill]')) {
    const inner = outer.querySelector('input')
    if (inner && inner.autocomplete !== outer.dataset.fill) credential(inner, outer.dataset.fill ?? '')
  }
  for (const tab of document.querySelectorAll('.uni-tabbar__item:not([role])')) {
    tab.parentElement?.setAttribute('role', 'tablist')
    tab.setAttribute('role', 'tab')
    tab.setAttribute('tabindex', '0')
  }
}

/** uni forbids browsers to fill in what they keep, and lets phones begin an account with a capital. */
function credential(field: HTMLInputElement, fill: string): void {
  field.setAttribute('autocomplete', fill)
  field.setAttribute('autocapitalize', 'off')
  field.spellcheck = false
}
