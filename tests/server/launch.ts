/** The real server as a process of its own, on a fresh store: for tests that kill it, browsers and loads. */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createConnection } from 'mysql2/promise'
import { backend } from './databases'

const root = path.resolve(import.meta.dirname, '../..')
/** Ends a start that hangs; on a machine that others keep busy one took more than 30 s. */
const startWithinMs = 120_000

export interface ServerBackend {
  name: string
  /** A store of its own; `drop` removes it. */
  fresh(): Promise<{ env: Record<string, string>; drop(): Promise<void> }>
}
export interface LaunchOptions {
  env?: Record<string, string>
  /** What is run instead of `server/main.ts`: `dist/server/main.js`, or a server that speaks and stops as it does. */
  entry?: string
  /** Fills the store before the server first opens it; `env` says where it is, as the server will be told. */
  prepare?: (env: Readonly<Record<string, string>>) => Promise<void>
}
export interface LaunchedServer {
  /** http://127.0.0.1:port; the same after a restart. */
  readonly url: string
  readonly pid: number
  readonly dataDir: string
  /** What it wrote so far, logs and all. */
  output(): string
  /** Of that, what came on standard output. */
  log(): string
  kill9(): Promise<void>
  /** Starts it again on the same store and port; it must have ended. */
  restart(): Promise<void>
  /** Asks it to end and gives the exit code; null: a signal ended it. The store stays. */
  terminate(signal?: 'SIGTERM' | 'SIGINT'): Promise<number | null>
  /** Ends it if it runs and removes its store. */
  stop(): Promise<void>
}

const sqlite: ServerBackend = {
  name: 'sqlite',
  fresh: async () => ({ env: {}, drop: async () => undefined }),
}
const mysql = (server: string): ServerBackend => ({
  name: 'mysql',
  async fresh() {
    const name = `tokenim_test_${randomUUID().replaceAll('-', '').slice(0, 16)}`
    return {
      // The Redis they may share counts by address, for an hour.
      env: { DATABASE_URL: new URL(`/${name}`, server).href, REDIS_PREFIX: name },
      async drop() {
        const connection = await createConnection(server)
        await connection.query(`DROP DATABASE IF EXISTS ${name}`)
        await connection.end()
      },
    }
  },
})

/** The databases a whole server is tested on: `describe.each(serverBackends())`. */
export function serverBackends(): ServerBackend[] {
  const url = backend('TOKENIM_TEST_MYSQL', 'MySQL')
  return url ? [sqlite, mysql(url)] : [sqlite]
}

/** Starts a server and waits until it listens. Throws Error with what it wrote when it ends instead. */
export async function launchServer(
  store: ServerBackend = sqlite,
  options: LaunchOptions = {},
): Promise<LaunchedServer> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'tokenim-server-'))
  const { env, drop } = await store.fresh()
  const settings = { PORT: '0', LOG_LEVEL: 'warn', ...env, ...options.env, DATA_DIR: dataDir }
  const clear = async () => {
    await drop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    await options.prepare?.(settings)
  } catch (error) {
    await clear()
    throw error
  }
  let running = await startProcess(settings, options.entry)
  const { port } = new URL(running.url)
  const kill9 = async () => void (await end(running.child, 'SIGKILL'))
  return {
    url: running.url,
    dataDir,
    get pid() {
      return running.child.pid ?? 0
    },
    output: () => running.output(),
    log: () => running.log(),
    kill9,
    async restart() {
      running = await startProcess({ ...settings, PORT: port }, options.entry)
    },
    terminate: (signal = 'SIGTERM') => end(running.child, signal),
    async stop() {
      await kill9()
      await clear()
    },
  }
}

interface Running {
  child: ChildProcess
  url: string
  output(): string
  log(): string
}
export interface Refused {
  code: number | null
  output: string
}

/** Starts a server that is expected to end by itself, and gives what it said. */
export function refusedStart(env: Record<string, string>): Promise<Refused> {
  const { child, output } = spawnServer({ PORT: '0', LOG_LEVEL: 'warn', ...env })
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`it started:\n${output()}`))
    }, startWithinMs)
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve({ code, output: output() })
    })
  })
}

function spawnServer(settings: Record<string, string>, entry?: string) {
  const file = path.resolve(root, entry ?? 'server/main.ts')
  const args = file.endsWith('.ts') ? ['--import', 'tsx', file] : [file]
  const { PATH = '', TMPDIR = tmpdir(), SystemRoot = '' } = process.env
  const env = { PATH, TMPDIR, SystemRoot, HOST: '127.0.0.1', ...settings }
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (text += part))
  child.stdout.on('data', (part: string) => (log += part))
  return { child, output: () => text, log: () => log }
}

function startProcess(settings: Record<string, string>, entry?: string): Promise<Running> {
  const { child, output, log } = spawnServer(settings, entry)
  return new Promise((resolve, reject) => {
    let why = ''
    const timer = setTimeout(() => {
      why = `did not listen within ${startWithinMs} ms`
      child.kill('SIGKILL')
    }, startWithinMs)
    const look = () => {
      const url = /listens on (http:\/\/\S+)/.exec(output())?.[1]
      if (!url) return
      clearTimeout(timer)
      child.off('close', failed)
      resolve({ child, url, output, log })
    }
    const failed = (code: number | null) => {
      clearTimeout(timer)
      reject(new Error(`the server ${why || `ended with ${code}`}:\n${output()}`))
    }
    child.once('close', failed)
    for (const stream of [child.stdout, child.stderr]) stream.on('data', look)
  })
}

/** Exit code; null when a signal ended it. */
function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => {
    child.once('close', (code) => resolve(code))
    child.kill(signal)
  })
}
