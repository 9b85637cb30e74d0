/** One journey again: npx tsx tests/cut/cli.ts '{"nodes":1,"at":{"phone":"bo","direction":"down","frame":7,"how":"cut"}}' */
import { playJourney } from './journey'
import type { CutJob } from './worker'

const { nodes = 1, at } = JSON.parse(process.argv[2] ?? '{}') as Partial<CutJob>
const { broken, frames } = await playJourney(nodes, at)
console.log(frames.map(([name, count]) => `${name} ${count}`).join(', '))
for (const line of broken) console.log(`BROKEN: ${line}`)
process.exitCode = broken.length > 0 ? 1 : 0
