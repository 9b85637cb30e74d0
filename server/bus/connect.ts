/** Connections to Redis: made in the background, nothing waits for them, and they come back by themselves. */
import { Redis, type RedisOptions } from 'ioredis'

export interface ConnectOptions extends Pick<RedisOptions, 'autoResubscribe'> {
  url: string
  /** As Redis lists it. */
  name: string
  /** A command without an answer fails after this time. */
  commandTimeoutMs?: number
  /** A connection on which nothing was answered for so long is replaced. */
  silentMs?: number
  /** A connection that was lost, or could not be made. */
  onError: (error: unknown) => void
}

/** While Redis is away commands fail at once. */
export function connect(options: ConnectOptions): Redis {
  const { url, name, commandTimeoutMs = 5_000, silentMs = 5_000, onError, ...rest } = options
  const redis = new Redis(url, {
    ...rest,
    connectionName: name,
    commandTimeout: commandTimeoutMs,
    socketTimeout: silentMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 5_000,
    keepAlive: 10_000,
    retryStrategy: (attempt) => Math.min(100 * 2 ** Math.min(attempt, 6), 3_000),
  })
  redis.on('error', onError)
  return redis
}
