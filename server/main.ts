/** Starts the server: reads the settings, opens what they name, listens, and stops cleanly. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { createApp } from './app'
import { createCircuit } from './bus/circuit'
import { connect } from './bus/connect'
import { memoryBus } from './bus/memory'
import { localPresence, sharedPresence } from './bus/presence'
import { redisBus } from './bus/redis'
import { calmLog, onceEach } from './calm-log'
import { loadConfig, type Config } from './config'
import { describe, type Log as CalmLog } from './failure'
import type { Tools } from './handle'
import { memoryLimiter } from './limiter'
import { sharedLimiter } from './limiter-shared'
import { createLoad } from './load'
import { watchLoop } from './loop-delay'
import { createLog, type Log } from './log'
import { connectionBounds, openFilesMax } from './open-files'
import { unreadyBecause } from './ready'
import { openStore } from './store'
import { createGateway } from './transport/gateway'
import { createHttp } from './transport/http'
import { leave, partingOf } from './transport/leave'
import { listenOn, urlOf } from './transport/listen'
import { Registry } from './transport/registry'
import type { Pages } from './transport/origin'
import { serveWs } from './transport/ws'
import { serveWrites } from './writer'
import type { WriterStart } from './writer-port'

const stopWithinMs = 9_000
const tools: Tools = { now: Date.now, token: (bytes) => randomBytes(bytes).toString('base64url') }

const later = (ms: number, run: () => void) => void setTimeout(run, ms).unref()

interface Running {
  /** To open on this machine. */
  url: string
  stop(): Promise<void>
}

async function start(config: Config, allLines: Log, fatal: (error: unknown) => void): Promise<Running> {
  const log = calmLog(allLines, later)
  const { basePath, rateFactor, socketsPerAddress } = config
  const { socketsMax, ...bounds } = connectionBounds(openFilesMax(), config.connectionsMax)
  const pages = pagesOf(config, log)
  const store = await openStore({
    config,
    tools,
    log,
    onFatal: fatal,
    writerScript: new URL(import.meta.url),
  })
  const { db } = store
  const onError = (error: unknown) => log.warn({ error: describe(error) }, 'the bus')
  const { redisUrl: url, redisPrefix: prefix } = config
  const bus = url ? redisBus({ url, prefix, onError }) : memoryBus()
  const shared = url ? openShared(url, prefix, onError) : undefined
  const local = memoryLimiter({ factor: rateFactor })
  const registry = new Registry()
  const load = createLoad({ ticks: () => performance.now(), loopDelayMs: watchLoop() })
  const app = createApp({
    ...{ db, bus, deliver: registry, tools, log, openCommit: store.openCommit },
    secret: config.jwtSecret,
    presence: (isHere) =>
      shared ? sharedPresence({ ...shared, circuit: shared.circuit(), isHere }) : localPresence(isHere),
    limiter: shared
      ? sharedLimiter({ ...shared, circuit: shared.circuit(), local, factor: rateFactor })
      : local,
    load,
  })
  const gateway = createGateway({
    ...{ app, registry, log, rateFactor, socketsPerAddress, socketsMax, now: Date.now },
    ticks: () => performance.now(),
    unit: Math.random,
    touched: app.presence.touch,
    turnsAwayMs: () => load.retryAfterMs('enter'),
  })
  let stopping = false
  const notReady = async () => (stopping ? 'stopping' : unreadyBecause(db, Date.now))
  const http = await createHttp({
    ...{ app, ...pages, ...bounds },
    log: allLines,
    basePath,
    clientDir: clientFolder(),
    notReady,
  })
  const closeSockets = serveWs({ server: http.server, gateway, ...pages, basePath })
  app.start()
  await listenOn((at) => http.listen(at), config)
  return {
    url: urlOf(http.server.address() as AddressInfo, config.host),
    async stop() {
      stopping = true
      const { overMs, spreadMs } = partingOf(gateway.count(), await store.othersLive())
      if (overMs > 0) await leave(gateway, { overMs, spreadMs })
      const answered = app.close()
      await leave(gateway, { overMs: 0, spreadMs })
      await answered
      await leave(gateway, { overMs: 0, spreadMs })
      closeSockets()
      await http.close()
      await bus.close()
      shared?.redis.disconnect()
      await store.close()
    },
  }
}

/** Whose pages may call; a refused origin is named once in the log (W16). */
const pagesOf = ({ publicOrigins, trustProxy }: Config, log: CalmLog): Pages => ({
  origins: publicOrigins,
  trustProxy,
  refusedOrigin: onceEach(
    (origin) =>
      log.warn(
        { origin },
        'a page of this origin was refused: list it in PUBLIC_ORIGINS, or let the proxy pass on the Host it was asked for',
      ),
    () => log.warn({}, 'more origins are refused than are named here'),
    later,
  ),
})

/** For what nodes count together: nobody waits for it longer than a quarter of a second, and nobody while it is away. */
const openShared = (url: string, prefix: string, onError: (error: unknown) => void) => ({
  prefix,
  redis: connect({ url, name: `${prefix}-shared`, commandTimeoutMs: 250, onError }),
  /** One for each use: a slow one does not keep the other from asking. */
  circuit: () => createCircuit(5_000, () => performance.now(), onError),
})

/** Beside dist/server, or in dist when the server runs from its sources. */
function clientFolder(): string {
  const built = path.resolve(import.meta.dirname, '../build/h5')
  return existsSync(built) ? built : path.resolve(import.meta.dirname, '../dist/build/h5')
}

/** For the eyes of people, as a start that is refused: standard output is the log's alone. */
const announce = ({ url }: Running) => process.stderr.write(`TokenIM listens on ${url}\n`)

/** The first signal stops cleanly, within ten seconds; the second at once. */
function stopOnSignal(running: Running, fatal: (error: unknown) => void): void {
  let stopping = false
  const stop = () => {
    if (stopping) process.exit(1)
    stopping = true
    setTimeout(() => fatal(new Error('stopping took too long')), stopWithinMs).unref()
    running.stop().then(() => process.exit(0), fatal)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)
}

async function main(): Promise<void> {
  const config = loadConfig()
  const log = createLog(config.logLevel)
  if (config.tightened.length > 0)
    log.warn(
      { files: config.tightened },
      'others could open these until now; replace secrets that others may have read',
    )
  const fatal = (error: unknown) => {
    log.fatal({ error: describe(error) }, 'the server cannot go on')
    process.exit(1)
  }
  process.on('uncaughtException', fatal)
  process.on('unhandledRejection', fatal)
  const running = await start(config, log, fatal)
  stopOnSignal(running, fatal)
  announce(running)
}

function refuseToStart(error: unknown): never {
  process.stderr.write(`TokenIM did not start: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

// This script is the writing thread too (store.ts): there it throws what kept it from starting to the other thread.
if (parentPort) await serveWrites(parentPort, workerData as WriterStart)
else await main().catch(refuseToStart)
