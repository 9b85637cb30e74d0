/** One page of the app: its component mounted into nodes, with the hooks that the framework calls. */
import { AppNode, nodeOperations } from './app-nodes'

/** What is used of the Vue that the app's framework brings. Its values stay in the app's own world. */
export interface AppVue {
  createVueApp(root: object, props?: object): AppRoot
  createRenderer(operations: typeof nodeOperations): { render(node: VNode | null, root: AppNode): void }
  createVNode(component: object, props: object): VNode
  onBeforeMount(hook: () => void): void
  getCurrentInstance(): ComponentInstance | null
}
export interface AppRoot {
  _context: object
  mount(at: string): { $: ComponentInstance }
}
interface VNode {
  appContext: object | null
  component: ComponentInstance | null
}
type Hooks = Partial<Record<string, ((argument?: object) => void)[]>>
export type ComponentInstance = Hooks & object
export type PageComponent = { setup?: (props: object, context: object) => unknown }

export const callHooks = (
  instance: ComponentInstance | null | undefined,
  name: string,
  argument?: object,
): void => instance?.[name]?.forEach((hook) => hook(argument))

export class AppPage {
  readonly root = new AppNode('page')
  /** With its query, as the framework gives it. */
  readonly $page: { fullPath: string }
  private instance: ComponentInstance | undefined
  private readonly renderer: ReturnType<AppVue['createRenderer']>

  constructor(
    readonly route: string,
    private readonly query: Record<string, string>,
    private readonly world: { vue: AppVue; app: AppRoot; component: PageComponent },
  ) {
    const search = new URLSearchParams(query).toString()
    this.$page = { fullPath: `/${route}${search && `?${search}`}` }
    this.renderer = world.vue.createRenderer(nodeOperations)
  }
  open(): void {
    const { vue, app, component } = this.world
    // As the framework does: load and show come after setup and before the first drawing.
    const setup = (props: object, context: object) => {
      const instance = vue.getCurrentInstance()
      const result = component.setup?.(props, context)
      vue.onBeforeMount(() => {
        callHooks(instance, 'onLoad', this.query)
        callHooks(instance, 'onShow')
      })
      return result
    }
    const node = vue.createVNode({ ...component, setup }, {})
    node.appContext = app._context
    this.renderer.render(node, this.root)
    this.instance = node.component ?? undefined
    callHooks(this.instance, 'onReady')
  }
  show(): void {
    callHooks(this.instance, 'onShow')
  }
  hide(): void {
    callHooks(this.instance, 'onHide')
  }
  close(): void {
    callHooks(this.instance, 'onUnload')
    this.renderer.render(null, this.root)
  }
}
