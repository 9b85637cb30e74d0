/** The files of a built mini-program: modules run in one context, templates and tables of components read once. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import vm from 'node:vm'
import { parseWxml, type Wxml } from './wxml'

/** What `Component()` and `Page()` are given. */
export interface MpOptions {
  data?: Record<string, unknown>
  properties?: Record<string, { value?: unknown } | null>
  methods?: Record<string, MpMethod>
  observers?: Record<string, MpMethod>
  lifetimes?: Partial<Record<'created' | 'attached' | 'ready' | 'detached', MpMethod>>
  pageLifetimes?: Partial<Record<'show' | 'hide', MpMethod>>
  created?: MpMethod
}
/** Of app.json and of the JSON beside each page and component. */
export interface MpJson {
  pages?: string[]
  subPackages?: { root: string; pages: string[] }[]
  tabBar?: { list: { pagePath: string; iconPath: string; selectedIconPath: string }[] }
  usingComponents?: Record<string, string>
}
export type MpMethod = (this: unknown, ...args: unknown[]) => unknown

export class MpFiles {
  private readonly modules = new Map<string, { exports: unknown }>()
  private readonly registered = new Map<string, MpOptions>()
  private readonly templates = new Map<string, Wxml[]>()
  private readonly tables = new Map<string, Record<string, string>>()
  private current = ''

  constructor(
    private readonly dist: string,
    private readonly context: vm.Context,
  ) {}

  /** For `Component` and `Page` of the context: they register the module that is running. */
  readonly register = (options: MpOptions): void => void this.registered.set(this.current, options)

  /** Runs a module once. `name` has no extension. */
  require(name: string): unknown {
    const known = this.modules.get(name)
    if (known) return known.exports
    const module = { exports: {} as unknown }
    this.modules.set(name, module)
    const file = path.join(this.dist, `${name}.js`)
    const source = `(function (require, module, exports) {${readFileSync(file, 'utf8')}\n})`
    const run = vm.runInContext(source, this.context, { filename: file }) as (...args: unknown[]) => void
    const before = this.current
    this.current = name
    const from = path.posix.dirname(name)
    run((id: string) => this.require(path.posix.join(from, id).replace(/\.js$/, '')), module, module.exports)
    this.current = before
    return module.exports
  }
  options(is: string): MpOptions {
    this.require(is)
    const options = this.registered.get(is)
    if (!options) throw new Error(`${is}.js registers neither page nor component`)
    return options
  }
  template(is: string): Wxml[] {
    const known =
      this.templates.get(is) ?? parseWxml(readFileSync(path.join(this.dist, `${is}.wxml`), 'utf8'))
    this.templates.set(is, known)
    return known
  }
  /** The component file behind a tag of `is`. */
  component(is: string, tag: string): string | undefined {
    const table = this.tables.get(is) ?? this.json(is).usingComponents ?? {}
    this.tables.set(is, table)
    const to = table[tag]
    if (to === undefined) return undefined
    return to.startsWith('/') ? to.slice(1) : path.posix.join(path.posix.dirname(is), to)
  }
  json(name: string): MpJson {
    return JSON.parse(readFileSync(path.join(this.dist, `${name}.json`), 'utf8')) as MpJson
  }
}
