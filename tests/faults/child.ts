/** A program of another project, run as a child process of a test on a port of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'

export interface Instance {
  readonly port: number
  readonly url: string
  readonly pid: number
  /** Ends it without a warning: what it had not written is gone. */
  kill9(): Promise<void>
  /** Starts it again on the same port, and waits until it answers; it must have ended. */
  restart(): Promise<void>
  /** SIGSTOP: it keeps its connections, takes new ones, and answers none. */
  freeze(): void
  thaw(): void
  /** Ends it and removes what it kept. */
  stop(): Promise<void>
}
export interface InstanceOptions {
  port: number
  url: string
  command: string
  args: readonly string[]
  /** Throws as long as it does not answer. */
  answers(): Promise<unknown>
  /** Removes what it kept. */
  remove(): void
}

/** Ends a start that hangs. */
const startWithinMs = 120_000

/** Starts it and waits until it answers. Throws Error with what it wrote when it ends instead. */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const { port, url, remove } = options
  let child = await start(options)
  const kill9 = () => end(child)
  return {
    port,
    url,
    get pid() {
      return child.pid ?? 0
    },
    kill9,
    async restart() {
      child = await start(options)
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async stop() {
      await kill9()
      remove()
    },
  }
}

async function start({ command, args, answers }: InstanceOptions): Promise<ChildProcess> {
  const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` }
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4_000)))
  child.once('error', (error) => (said += error.message))
  const killWithUs = () => child.kill('SIGKILL')
  process.once('exit', killWithUs)
  child.once('close', () => process.off('exit', killWithUs))
  for (const until = Date.now() + startWithinMs; ;) {
    if (child.pid === undefined || hasEnded(child)) throw new Error(`${command} did not start:\n${said}`)
    try {
      await answers()
      return child
    } catch (cause) {
      if (Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
      else {
        await end(child)
        throw new Error(`${command} did not answer within ${startWithinMs} ms:\n${said}`, { cause })
      }
    }
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('close', () => resolve())
    child.kill('SIGKILL')
  })
}

const given = new Set<number>()
/** Below the ports that the kernel gives to others meanwhile (32,768 on Linux). */
const [firstPort, ports] = [25_000, 7_000]

/** A port that nobody listens on now, and that is still free when what was started there ended. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = firstPort + Math.floor(Math.random() * ports)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
