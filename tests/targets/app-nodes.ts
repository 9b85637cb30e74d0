/** The view of the app as nodes in memory, and how Vue writes to it. */
import { fingerOf } from './finger'

export class AppNode {
  readonly props: Record<string, unknown> = {}
  readonly children: AppNode[] = []
  parent: AppNode | undefined
  text = ''
  /** The value of a field. */
  value: unknown
  private readonly listeners = new Map<string, Set<Handler>>()

  constructor(readonly tag: string) {}

  addEventListener(type: string, handler: Handler): void {
    this.listeners.set(type, (this.listeners.get(type) ?? new Set()).add(handler))
  }
  removeEventListener(type: string, handler: Handler): void {
    this.listeners.get(type)?.delete(handler)
  }
  /** The compiler turns tap into click. */
  handlers(type: string): Handler[] {
    const name = type === 'tap' ? 'click' : type
    const props = ['', 'Once', 'Capture'].map(
      (end) => this.props[`on${name[0]?.toUpperCase()}${name.slice(1)}${end}`],
    )
    const bound = props.flat().filter((handler): handler is Handler => typeof handler === 'function')
    return [...bound, ...(this.listeners.get(name) ?? [])]
  }
  insert(child: AppNode, before: AppNode | null | undefined): void {
    child.remove()
    child.parent = this
    const at = before ? this.children.indexOf(before) : -1
    this.children.splice(at < 0 ? this.children.length : at, 0, child)
  }
  remove(): void {
    if (this.parent) this.parent.children.splice(this.parent.children.indexOf(this), 1)
    this.parent = undefined
  }
}
type Handler = (event: object) => void

/** What `createRenderer` of Vue asks for. */
export const nodeOperations = {
  createElement: (tag: string) => new AppNode(tag),
  createText: (text: string) => textNode(text),
  createComment: () => new AppNode('#comment'),
  setText: (node: AppNode, text: string) => void (node.text = text),
  setElementText(node: AppNode, text: string) {
    for (const child of [...node.children]) child.remove()
    node.insert(textNode(text), undefined)
  },
  insert: (child: AppNode, parent: AppNode, before?: AppNode | null) => parent.insert(child, before),
  remove: (node: AppNode) => node.remove(),
  parentNode: (node: AppNode) => node.parent ?? null,
  nextSibling: (node: AppNode) => node.parent?.children[node.parent.children.indexOf(node) + 1] ?? null,
  patchProp: (node: AppNode, name: string, _before: unknown, value: unknown) =>
    void (node.props[name] = value),
  setScopeId: () => undefined,
}
function textNode(text: string): AppNode {
  const node = new AppNode('#text')
  node.text = text
  return node
}

export function* nodesOf(root: AppNode): Generator<AppNode> {
  yield root
  for (const child of root.children) yield* nodesOf(child)
}
export const textOf = (node: AppNode): string =>
  node.tag === '#text' ? node.text : node.children.map(textOf).join('')

export function datasetOf({ props }: AppNode): Record<string, string> {
  const data = Object.entries(props).filter(([name]) => name.startsWith('data-'))
  return Object.fromEntries(data.map(([name, value]) => [name.slice(5), String(value)]))
}
export const hasClass = ({ props }: AppNode, name: string): boolean =>
  typeof props['class'] === 'string' && props['class'].split(' ').includes(name)

const bubbling = /^(tap|longpress|touch\w+)$/
/** Touches a node: what bubbles goes up until a handler stops it. */
export function fire(node: AppNode, type: string, detail: Record<string, unknown>): void {
  const signal = { stopped: false }
  const stop = () => void (signal.stopped = true)
  if ('value' in detail) node.value = detail['value']
  const target = { ...detail, dataset: datasetOf(node) }
  for (
    let at: AppNode | undefined = node;
    at && !signal.stopped;
    at = bubbling.test(type) ? at.parent : undefined
  ) {
    const event = {
      type,
      detail,
      target,
      currentTarget: { dataset: datasetOf(at) },
      ...fingerOf(type),
    }
    for (const handler of at.handlers(type))
      handler({ ...event, stopPropagation: stop, preventDefault: () => undefined })
  }
}
