/** One page of the mini-program with all its components: drawn again when data of any of them changes. */
import type { MpFiles, MpMethod } from './mp-files'
import { giveProperties, inside, live, makeInstance, type MpHost, type MpInstance } from './mp-instance'
import { renderTree, type Element, type Stage } from './wxml-tree'

export class MpPage {
  readonly instance: MpInstance
  root: Element | undefined
  private readonly mounted = new Map<string, MpInstance>()
  private readonly hosts = new Map<MpInstance, Element>()
  private seen = new Set<string>()
  private after: (() => void)[] = []
  private drawing = false
  private dirty = false
  private readonly stage: Stage<MpInstance>
  private readonly host: MpHost

  constructor(
    readonly route: string,
    private readonly query: Record<string, string>,
    private readonly files: MpFiles,
    private readonly soon: (act: () => void) => void,
  ) {
    this.host = {
      changed: (done) => this.changed(done),
      element: (instance) => this.hosts.get(instance),
      drawn: (instance) => (this.root ? inside(this.root, instance) : []),
    }
    this.stage = {
      template: (is) => files.template(is),
      component: (owner, tag) => files.component(owner.is, tag),
      mount: (place, is, properties, element) => this.mount(place, is, properties, element),
    }
    const options = files.options(route)
    this.instance = makeInstance(route, options, {}, this.host)
    Object.assign(this.instance, { route, __route__: route, options: query })
    live(this.instance, options, 'created')
  }

  open(): void {
    live(this.instance, this.files.options(this.route), 'attached')
    this.call('onLoad', this.query)
    this.show()
    this.draw()
    live(this.instance, this.files.options(this.route), 'ready')
    this.call('onReady')
  }
  show(): void {
    this.call('onShow')
    this.all('show')
  }
  hide(): void {
    this.call('onHide')
    this.all('hide')
  }
  close(): void {
    this.call('onUnload')
    for (const instance of this.mounted.values()) live(instance, this.files.options(instance.is), 'detached')
    live(this.instance, this.files.options(this.route), 'detached')
  }
  private call(name: string, ...args: unknown[]): void {
    ;(this.instance[name] as MpMethod | undefined)?.apply(this.instance, args)
  }
  private all(what: 'show' | 'hide'): void {
    for (const instance of this.mounted.values())
      this.files.options(instance.is).pageLifetimes?.[what]?.call(instance)
  }

  /**
   * Every setData is drawn by itself: what hangs below hears of each value, even of one that is the same as two before.
   * What is set while a drawing is under way is drawn after it.
   */
  private changed(done: (() => void) | undefined): void {
    if (done) this.soon(done)
    this.dirty = true
    if (!this.drawing && this.root) this.draw()
  }
  private draw(): void {
    this.drawing = true
    this.drawOnce()
    for (const ready of this.after.splice(0)) ready()
    this.drawing = false
    if (this.dirty) this.draw()
  }
  private drawOnce(): void {
    this.dirty = false
    this.seen = new Set()
    this.root = renderTree(this.stage, this.instance)
    for (const [place, instance] of this.mounted) {
      if (this.seen.has(place)) continue
      this.mounted.delete(place)
      this.hosts.delete(instance)
      live(instance, this.files.options(instance.is), 'detached')
    }
  }
  /** A component gets its first data when it is attached: it is drawn with it at once. */
  private mount(
    place: string,
    is: string,
    properties: Record<string, unknown>,
    element: Element,
  ): MpInstance {
    const key = `${place}>${is}`
    this.seen.add(key)
    const options = this.files.options(is)
    const known = this.mounted.get(key)
    const instance = known ?? makeInstance(is, options, properties, this.host)
    this.mounted.set(key, instance)
    this.hosts.set(instance, element)
    if (known) {
      giveProperties(instance, options, properties)
      return instance
    }
    live(instance, options, 'created')
    live(instance, options, 'attached')
    this.after.push(() => live(instance, options, 'ready'))
    return instance
  }
}
