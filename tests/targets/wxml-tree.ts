/** What a page looks like: its WXML with data filled in, child components mounted in place. */
import { evaluate, printed, type Wxml, type WxmlTag } from './wxml'

/** A page or component that is on screen. */
export interface Instance {
  is: string
  data: Record<string, unknown>
  properties: Record<string, unknown>
}
export interface Element {
  tag: string
  attrs: Record<string, unknown>
  /** Whose data fills it and whose handlers it calls. */
  owner: Instance
  parent: Element | undefined
  children: (Element | string)[]
  /** The component that stands here. */
  mounted?: Instance
}
export interface Stage<I extends Instance> {
  template(is: string): Wxml[]
  /** The component file behind a tag, or undefined for a built-in tag. */
  component(owner: I, tag: string): string | undefined
  /** The instance at this place: the one of the last rendering with new properties, or a new one. */
  mount(place: string, is: string, properties: Record<string, unknown>, element: Element, owner: I): I
}
interface Frame<I extends Instance> {
  owner: I
  scope: Record<string, unknown>
  slots: { frame: Frame<I>; contents: Wxml[]; place: string } | undefined
}

export function renderTree<I extends Instance>(stage: Stage<I>, page: I): Element {
  const root: Element = { tag: 'page', attrs: {}, owner: page, parent: undefined, children: [] }
  renderInto(stage, root, page, page.is, undefined)
  return root
}

function renderInto<I extends Instance>(
  stage: Stage<I>,
  parent: Element,
  owner: I,
  place: string,
  slots: Frame<I>['slots'],
): void {
  const scope = { ...owner.properties, ...owner.data }
  renderAll(stage, stage.template(owner.is), { owner, scope, slots }, parent, place)
}

function renderAll<I extends Instance>(
  stage: Stage<I>,
  list: readonly Wxml[],
  frame: Frame<I>,
  parent: Element,
  place: string,
): void {
  let chosen = false
  list.forEach((node, n) => {
    if (typeof node === 'string') {
      const text = printed(evaluate(node, frame.scope))
      if (text) parent.children.push(text)
      return
    }
    const { 'wx:if': when, 'wx:elif': otherwise, 'wx:else': last } = node.attrs
    if (node.attrs['wx:for'] === undefined) {
      if (when !== undefined) chosen = false
      const condition = when ?? (chosen ? undefined : otherwise)
      const isElse = otherwise !== undefined || last !== undefined
      if (isElse && chosen) return
      if (condition !== undefined && !evaluate(condition, frame.scope)) return
      if (when !== undefined || isElse) chosen = true
      renderTag(stage, node, frame, parent, `${place}/${n}`)
      return
    }
    renderList(stage, node, frame, parent, `${place}/${n}`)
  })
}

function renderList<I extends Instance>(
  stage: Stage<I>,
  node: WxmlTag,
  frame: Frame<I>,
  parent: Element,
  place: string,
): void {
  const {
    'wx:for': list = '',
    'wx:for-item': item = 'item',
    'wx:for-index': index = 'index',
    'wx:key': key,
  } = node.attrs
  const once = {
    ...node,
    attrs: Object.fromEntries(Object.entries(node.attrs).filter(([name]) => !/^wx:(for|key)/.test(name))),
  }
  const values = evaluate(list, frame.scope)
  if (!Array.isArray(values)) return
  values.forEach((value: unknown, n) => {
    const scope = { ...frame.scope, [item]: value, [index]: n }
    const name = key === undefined ? n : key === '*this' ? value : (value as Record<string, unknown>)[key]
    renderAll(stage, [once], { ...frame, scope }, parent, `${place}[${String(name)}]`)
  })
}

function renderTag<I extends Instance>(
  stage: Stage<I>,
  node: WxmlTag,
  frame: Frame<I>,
  parent: Element,
  place: string,
): void {
  if (node.tag === 'block') return renderAll(stage, node.children, frame, parent, place)
  if (node.tag === 'slot') return renderSlot(stage, node, frame, parent)
  const attrs = Object.fromEntries(
    Object.entries(node.attrs).map(([name, value]) => [name, evaluate(value, frame.scope)]),
  )
  const element: Element = { tag: node.tag, attrs, owner: frame.owner, parent, children: [] }
  parent.children.push(element)
  const is = stage.component(frame.owner, node.tag)
  if (is === undefined) return renderAll(stage, node.children, frame, element, place)
  const instance = stage.mount(place, is, propertiesOf(attrs), element, frame.owner)
  element.mounted = instance
  renderInto(stage, element, instance, `${place}>${is}`, { frame, contents: node.children, place })
}

function renderSlot<I extends Instance>(
  stage: Stage<I>,
  node: WxmlTag,
  frame: Frame<I>,
  parent: Element,
): void {
  if (!frame.slots) return
  const { name = '' } = node.attrs
  const { frame: outer, contents, place } = frame.slots
  const mine = contents.filter(
    (child) => (typeof child === 'string' ? '' : (child.attrs['slot'] ?? '')) === name,
  )
  renderAll(stage, mine, outer, parent, `${place}:${name}`)
}

/** `u-p` is the property uP. */
const propertiesOf = (attrs: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(attrs)
      .filter(([name]) => !/^(bind|catch|wx:|class|style|slot|data-)/.test(name))
      .map(([name, value]) => [
        name.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase()),
        value,
      ]),
  )

/** All elements under `root`, in the order of the page. */
export function* elementsOf(root: Element): Generator<Element> {
  yield root
  for (const child of root.children) if (typeof child !== 'string') yield* elementsOf(child)
}
export const textOf = (node: Element | string): string =>
  typeof node === 'string' ? node : node.children.map(textOf).join('')
