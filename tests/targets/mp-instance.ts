/** Instances of pages and components, as the mini-program's base library makes them. */
import { fingerOf } from './finger'
import { printed } from './wxml'
import { elementsOf, type Element, type Instance } from './wxml-tree'
import type { MpMethod, MpOptions } from './mp-files'

export interface MpInstance extends Instance {
  [member: string]: unknown
}
export interface MpHost {
  /** Data changed: it is drawn again, and `done` is called later. */
  changed(done: (() => void) | undefined): void
  /** Where the component stands; undefined for a page. */
  element(instance: MpInstance): Element | undefined
  /** What the instance drew last. */
  drawn(instance: MpInstance): Iterable<Element>
}

export function makeInstance(
  is: string,
  options: MpOptions,
  properties: Record<string, unknown>,
  host: MpHost,
): MpInstance {
  const defaults = Object.entries(options.properties ?? {}).map(([name, property]): [string, unknown] => [
    name,
    property?.value,
  ])
  const instance: MpInstance = {
    is,
    data: { ...options.data },
    properties: { ...Object.fromEntries<unknown>(defaults), ...properties },
    dataset: {},
    id: '',
    __wxExparserNodeId__: is,
    setData(changes: Record<string, unknown>, done?: () => void) {
      for (const [path, value] of Object.entries(changes)) assign(instance.data, path, overTheBridge(value))
      host.changed(done)
    },
    triggerEvent(name: string, detail: unknown) {
      const element = host.element(instance)
      if (element) callHandler(element, name, { type: name, detail, ...targets(element) })
    },
    selectAllComponents: (selector: string) => mountedBy(host.drawn(instance), selector),
    selectComponent: (selector: string) => mountedBy(host.drawn(instance), selector)[0] ?? null,
    selectOwnerComponent: () => host.element(instance)?.owner ?? null,
    getPageId: () => is,
    groupSetData: (act: () => void) => act(),
  }
  for (const [name, method] of Object.entries(options.methods ?? {})) instance[name] = method
  return instance
}

/** What the parent gives now. Observers hear of what is new. */
export function giveProperties(
  instance: MpInstance,
  options: MpOptions,
  given: Record<string, unknown>,
): void {
  for (const [name, value] of Object.entries(given)) {
    if (instance.properties[name] === value) continue
    instance.properties[name] = value
    options.observers?.[name]?.call(instance, value)
  }
}

export function live(
  instance: MpInstance,
  options: MpOptions,
  stage: 'created' | 'attached' | 'ready' | 'detached',
): void {
  options.lifetimes?.[stage]?.call(instance)
  if (stage === 'created') options.created?.call(instance)
}

/** Data crosses to the view as text: functions stay behind. */
const overTheBridge = (value: unknown): unknown =>
  value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown)

/** `a[0].b` */
function assign(data: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.replace(/\[(\d+)\]/g, '.$1').split('.')
  const last = keys.pop() ?? path
  let at = data
  for (const key of keys) at = (at[key] ??= {}) as Record<string, unknown>
  at[last] = value
}

const classesOf = ({ attrs }: Element): string[] => [attrs['class']].flat(2).join(' ').split(' ')
export const hasClass = (element: Element, name: string): boolean => classesOf(element).includes(name)

const mountedBy = (elements: Iterable<Element>, selector: string): Instance[] =>
  [...elements].flatMap((element) =>
    element.mounted && hasClass(element, selector.replace(/^\./, '')) ? [element.mounted] : [],
  )

export function datasetOf({ attrs }: Element): Record<string, string> {
  const data = Object.entries(attrs).filter(([name]) => name.startsWith('data-'))
  const camel = (name: string) =>
    name.slice(5).replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase())
  return Object.fromEntries(data.map(([name, value]) => [camel(name), printed(value)]))
}
export function targets(element: Element): object {
  const target = { id: '', dataset: datasetOf(element) }
  return { target, currentTarget: target, timeStamp: Date.now() }
}

/** `bindtap`, `bind:tap`, `catchtap`. True if the event goes no further. */
export function callHandler(element: Element, type: string, event: object): boolean {
  for (const [name, value] of Object.entries(element.attrs)) {
    const [, how, bound] = /^(bind|catch):?(.+)$/.exec(name) ?? []
    if (bound?.toLowerCase() !== type.toLowerCase() || !value) continue
    const handler = (element.owner as MpInstance)[printed(value)] as MpMethod | undefined
    if (!handler) throw new Error(`${element.owner.is} has no method ${printed(value)} for ${name}`)
    handler.call(element.owner, event)
    if (how === 'catch') return true
  }
  return false
}

const bubbling = /^(tap|longpress|touch\w+)$/
/** Touches an element: what bubbles goes up through the page. */
export function fire(element: Element, type: string, detail: Record<string, unknown>): void {
  for (let at: Element | undefined = element; at; at = at.parent)
    if (callHandler(at, type, { type, detail, ...targets(at), ...fingerOf(type) }) || !bubbling.test(type))
      return
}

export const inside = (root: Element, instance: Instance): Element[] =>
  [...elementsOf(root)].filter((element) => element.owner === instance)
