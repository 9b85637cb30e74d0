/** Starts the server: reads the settings, opens what they name, listens, and stops cleanly. */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createApp } from './app'
import { memoryBus } from './bus/memory'
import { redisBus } from './bus/redis'
import { loadConfig, type Config } from './config'
import type { Db } from './db/connection'
import { migrate } from './db/migrate'
import { openMysql } from './db/mysql'
import { leaseNode } from './db/nodes'
import { openSqlite } from './db/sqlite'
import type { Tools } from './handle'
import { idMaker } from './ids'
import { memoryLimiter } from './limiter'
import { createLog } from './log'
import { createGateway } from './transport/gateway'
import { createHttp } from './transport/http'
import { Registry } from './transport/registry'
import { serveWs } from './transport/ws'

const clockSkewMsMax = 2_000
const stopWithinMs = 9_000
const tools: Tools = { now: Date.now, token: (bytes) => randomBytes(bytes).toString('base64url') }

async function start(config: Config): Promise<void> {
  const log = createLog(config.logLevel)
  const fatal = (error: unknown) => {
    log.fatal({ error: String(error) }, 'the server cannot go on')
    process.exit(1)
  }
  const db = await openDatabase(config)
  await migrate(db)
  const lease = await leaseNode(db, { onLost: () => fatal(new Error('another process has our node number')) })
  const onError = (error: unknown) => log.warn({ error: String(error) }, 'the bus')
  const bus = config.redisUrl ? redisBus({ url: config.redisUrl, onError }) : memoryBus()
  const registry = new Registry()
  const limiter = memoryLimiter(config.rateFactor)
  const newId = idMaker(lease, Date.now)
  const secret = config.jwtSecret
  const app = createApp({ db, bus, deliver: registry, tools, newId, secret, log, onFatal: fatal, limiter })
  const { rateFactor, publicOrigins: origins, trustProxy } = config
  const gateway = createGateway({ app, registry, now: Date.now, unit: Math.random, log, rateFactor })
  let stopping = false
  const notReady = async () => (stopping ? 'stopping' : skewOf(db))
  const clientDir = fileURLToPath(new URL('../build/h5', import.meta.url))
  const http = await createHttp({
    app,
    log,
    origins,
    trustProxy,
    clientDir: clientFolder(clientDir),
    notReady,
  })
  const closeSockets = serveWs({ server: http.server, gateway, origins, trustProxy })
  app.start()
  await http.listen({ port: config.port, host: config.host })
  announce(http.server.address(), config)

  const stop = async () => {
    if (stopping) return
    stopping = true
    setTimeout(() => fatal(new Error('stopping took too long')), stopWithinMs).unref()
    await app.close()
    gateway.drain(2_000)
    await new Promise((resolve) => setTimeout(resolve, 100))
    closeSockets()
    await http.close()
    lease.close()
    await bus.close()
    await db.close()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop().catch(fatal))
}

const openDatabase = ({ databaseUrl: url, dataDir, unsafeDurability }: Config): Promise<Db> =>
  url
    ? openMysql({ url, unsafeDurability })
    : openSqlite({ file: path.join(dataDir, 'tokenim.db'), unsafeDurability })

/** From the sources the build lies elsewhere than from dist/server. */
const clientFolder = (besideServer: string): string =>
  besideServer.includes(`${path.sep}dist${path.sep}`) ? besideServer : path.resolve('dist/build/h5')

async function skewOf(db: Db): Promise<string | undefined> {
  try {
    const skew = Math.abs((await db.now()) - Date.now())
    return skew > clockSkewMsMax ? `the clock is ${skew} ms off the database's` : undefined
  } catch {
    return 'the database does not answer'
  }
}

function announce(address: ReturnType<import('node:net').Server['address']>, { host }: Config): void {
  const port = typeof address === 'object' && address ? address.port : 0
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  process.stdout.write(`TokenIM listens on http://${name}:${port}\n`)
}

try {
  await start(loadConfig())
} catch (error) {
  process.stderr.write(`TokenIM did not start: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
