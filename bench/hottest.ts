/** A V8 CPU profile as a Markdown table of self times. */
export interface Place {
  functionName: string
  url: string
  /** From 0. */
  lineNumber: number
  columnNumber: number
}
export interface Profile {
  nodes: ProfileNode[]
  /** Node on top of the stack, one per sample. */
  samples: number[]
  /** Microseconds before each sample. */
  timeDeltas: number[]
}
interface ProfileNode {
  id: number
  callFrame: Place
  children?: number[]
}

const shown = 25
/** Of V8 itself. */
const inEngine = /^\((?!anonymous)/

/**
 * The functions with most time of their own, as a share of all time but idle and in µs per message. Native code is named
 * by the script function that called it: V8 knows native functions by their address alone, and all of an addon share one.
 */
export function hottest(profile: Profile, messages: number, placeName: (place: Place) => string): string {
  const parents = new Map<number, ProfileNode>()
  for (const node of profile.nodes) for (const child of node.children ?? []) parents.set(child, node)
  const nameOf = ({ id, callFrame }: ProfileNode): string => {
    const { functionName, url } = callFrame
    if (url) return `${functionName || '(anonymous)'} | ${placeName(callFrame)}`
    const caller = parents.get(id)
    return !caller || inEngine.test(functionName) ? `${functionName} | ` : native(nameOf(caller))
  }
  const names = new Map(profile.nodes.map((node) => [node.id, nameOf(node)]))
  const micros = new Map<string, number>()
  profile.samples.forEach((id, i) => {
    const name = names.get(id) ?? ''
    micros.set(name, (micros.get(name) ?? 0) + (profile.timeDeltas[i] ?? 0))
  })
  micros.delete('(idle) | ')
  const busy = [...micros.values()].reduce((sum, spent) => sum + spent, 0)
  const line = (name: string, spent: number) =>
    `| ${name} | ${((spent / busy) * 100).toFixed(1)} | ${(spent / messages).toFixed(2)} |`
  const rows = [...micros].sort(([, a], [, b]) => b - a).slice(0, shown)
  return [
    '| function | where | % | µs/message |',
    '|---|---|---|---|',
    ...rows.map(([name, spent]) => line(name, spent)),
    line('everything | ', busy),
  ].join('\n')
}

const native = (caller: string): string => (caller.startsWith('native') ? caller : `native code of ${caller}`)
