/** A Redis of a test's own, to be flushed, killed and frozen. It keeps nothing: after a kill it starts empty. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { freePort, startInstance, type Instance } from './child'

export interface RedisInstance extends Instance {
  /** FLUSHALL, and every connection of a client cut. */
  flush(): Promise<void>
}

export async function startRedis(): Promise<RedisInstance> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-redis-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  const ask = (...commands: [string, ...string[]][]) => askRedis(url, commands)
  const instance = await startInstance({
    ...{ port, url, command: 'redis-server' },
    args: ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
    answers: () => ask(['PING']),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  })
  const flush = () =>
    ask(['FLUSHALL'], ['CLIENT', 'KILL', 'TYPE', 'normal'], ['CLIENT', 'KILL', 'TYPE', 'pubsub'])
  // Spreading would freeze the getter of `pid`.
  return Object.defineProperty(instance, 'flush', { value: flush }) as RedisInstance
}

async function askRedis(url: string, commands: readonly [string, ...string[]][]): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, commandTimeout: 2_000 })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    for (const [command, ...args] of commands) await redis.call(command, ...args)
  } finally {
    redis.disconnect()
  }
}
