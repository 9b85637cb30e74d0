import { guardEnter } from './press/enter'

/** What uni-app's own H5 elements lack for keyboards and screen readers. Elsewhere this does nothing. */
import { moveFocus, walk } from './focus'

const pressable = ['button', 'menuitem', 'radio', 'link', 'tab']
let installed = false

export function installA11y(): void {
  // #ifdef H5
  if (installed) return
  installed = true
  guardEnter()
  document.addEventListener('keydown', press)
  document.addEventListener('keydown', walk)
  new MutationObserver(changed).observe(document.body, { childList: true, subtree: true })
  listen()
  label()
  // #endif
}

/** Enter and Space press what says that it is a button. */
function press(event: KeyboardEvent): void {
  const target = event.target as HTMLElement | null
  if (event.key !== 'Enter' && event.key !== ' ') return
  if (!target || !pressable.includes(target.getAttribute('role') ?? '')) return
  event.preventDefault()
  if (target.getAttribute('aria-disabled') !== 'true') target.click()
}

function changed(records: readonly MutationRecord[]): void {
  label()
  moveFocus(records)
}

/** Labels are set on uni-input and uni-textarea, but what has the focus is inside, as what is filled in. */
function label(): void {
  for (const outer of document.querySelectorAll('uni-input[aria-label], uni-textarea[aria-label]')) {
    const inner = outer.querySelector('input, textarea')
    const text = outer.getAttribute('aria-label') ?? ''
    if (inner && inner.getAttribute('aria-label') !== text) inner.setAttribute('aria-label', text)
  }
  // Right-to-left words are written from right to left (U2).
  for (const inner of document.querySelectorAll<HTMLElement>('uni-input input, uni-textarea textarea'))
    if (inner.dir !== 'auto') inner.dir = 'auto'
  for (const outer of document.querySelectorAll<HTMLElement>('uni-input[data-fill]')) {
    const inner = outer.querySelector('input')
    if (inner && inner.autocomplete !== outer.dataset.fill) credential(inner, outer.dataset.fill ?? '')
  }
  labelTabs()
}

/** uni forbids browsers to fill in what they keep, and lets phones begin an account with a capital. */
function credential(field: HTMLInputElement, fill: string): void {
  field.setAttribute('autocomplete', fill)
  field.setAttribute('autocapitalize', 'off')
  field.spellcheck = false
}

declare const __uniConfig: { tabBar?: { list: { pagePath: string }[] } }
declare const getCurrentPages: () => { route?: string }[]
/** The tab bar is uni's own: its tabs have no role, and its pictures say nothing that their words do not. */
function labelTabs(): void {
  const route = getCurrentPages().slice(-1)[0]?.route
  document.querySelectorAll('.uni-tabbar__item').forEach((tab, index) => {
    tab.closest('uni-tabbar')?.setAttribute('role', 'navigation')
    tab.parentElement?.setAttribute('role', 'tablist')
    tab.setAttribute('role', 'tab')
    tab.setAttribute('tabindex', '0')
    tab.setAttribute('aria-selected', String(__uniConfig.tabBar?.list[index]?.pagePath === route))
    for (const picture of tab.querySelectorAll('img')) picture.alt = ''
  })
}

let voice: HTMLElement | undefined
/** Has a screen reader say what uni shows without telling it. The place where it listens has to be there before. */
export function say(text: string): void {
  // #ifdef H5
  if (voice) voice.textContent = text
  // #endif
}
function listen(): void {
  voice = document.createElement('div')
  voice.className = 'visually-hidden'
  voice.setAttribute('role', 'status')
  document.body.append(voice)
}
