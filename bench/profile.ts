/**
 * Where the CPU time of the server goes under load: `npx tsx bench/profile.ts`. Prints the functions that take most time
 * of their own, per acked message. `--seconds N`, `--in-flight N`, `--database sqlite|mysql` change the load.
 */
import { readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { WebSocket } from 'ws'
import { buildAll, builds, isOld } from '../scripts/builds.mjs'
import { startContender } from './contenders'
import { apart } from './generate'
import { hottest, type Place, type Profile } from './hottest'

/** V8's profiler in another process, through its inspector. */
async function attach(url: string) {
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const waiting = new Map<number, (result: unknown) => void>()
  socket.on('message', (data: Buffer) => {
    const { id, result } = JSON.parse(data.toString()) as { id: number; result: unknown }
    waiting.get(id)?.(result)
  })
  let calls = 0
  return (method: string, params = {}) =>
    new Promise<unknown>((resolve) => {
      waiting.set(++calls, resolve)
      socket.send(JSON.stringify({ id: calls, method, params }))
    })
}

/** Lines of the sources instead of lines of the built file. */
function sourcePlaces(built: string): (place: Place) => string {
  const map = new SourceMap(JSON.parse(readFileSync(`${built}.map`, 'utf8')) as SourceMapPayload)
  return ({ url, lineNumber, columnNumber }) => {
    if (!url.endsWith(path.basename(built))) return url.replace(/^.*node_modules\//, '')
    const entry = map.findEntry(lineNumber, columnNumber)
    if (!('originalSource' in entry)) return url
    return `${entry.originalSource.replace(/^(\.\.\/)+/, '')}:${entry.originalLine + 1}`
  }
}

async function main(database: string, inFlight: number, measureMs: number): Promise<void> {
  if (isOld(builds.server)) await buildAll([builds.server])
  const entry = builds.server.output
  const env = { NODE_OPTIONS: '--inspect=127.0.0.1:0' }
  const name = database === 'mysql' ? 'tokenim-mariadb' : 'tokenim-sqlite'
  const contender = await startContender(name, { world: { users: 200, perPair: 1 }, entry, env })
  const { server, dialect, pairs, stop } = contender
  try {
    const call = await attach(/ws:\/\/127\S+/.exec(server.output())?.[0] ?? '')
    const plan = { kind: 'talk', dialect, url: server.url, pids: contender.pids(), inFlight } as const
    await apart.run({ ...plan, pairs: await pairs(100), warmUpMs: 2_000, measureMs: 1_000 })
    await call('Profiler.enable')
    await call('Profiler.setSamplingInterval', { interval: 200 })
    await call('Profiler.start')
    const load = { ...plan, pairs: await pairs(100), warmUpMs: 200, measureMs }
    const { total, perSecond, cores } = await apart.run(load)
    const { profile } = (await call('Profiler.stop')) as { profile: Profile }
    const micros = ((cores.server / perSecond) * 1e6).toFixed(0)
    const rate = `${perSecond.toFixed(0)} messages/s while profiled`
    console.log(`${database}, ${inFlight} in flight: ${rate}, ${micros} µs of CPU per message\n`)
    console.log(hottest(profile, total.acked, sourcePlaces(entry)))
  } finally {
    await stop()
  }
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    'in-flight': { type: 'string', default: '4' },
    database: { type: 'string', default: 'sqlite' },
  },
})
await main(values.database, Number(values['in-flight']), Number(values.seconds) * 1000)
process.exit(0)
