/** What uni-app's own H5 elements lack for keyboards and screen readers. Elsewhere this does nothing. */
const pressable = ['button', 'menuitem', 'radio', 'link', 'tab']
let installed = false

export function installA11y(): void {
  // #ifdef H5
  if (installed) return
  installed = true
  document.addEventListener('keydown', press)
  new MutationObserver(labelInputs).observe(document.body, { childList: true, subtree: true })
  labelInputs()
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

/** Labels are set on uni-input and uni-textarea, but the element that has the focus is inside. */
function labelInputs(): void {
  for (const outer of document.querySelectorAll('uni-input[aria-label], uni-textarea[aria-label]')) {
    const inner = outer.querySelector('input, textarea')
    const label = outer.getAttribute('aria-label') ?? ''
    if (inner && inner.getAttribute('aria-label') !== label) inner.setAttribute('aria-label', label)
  }
}
