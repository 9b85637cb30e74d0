/** The bus over Redis. When Redis is away hints are dropped, and it comes back by itself. */
import type { Redis } from 'ioredis'
import { bucketOf, bucketsMax, streamOf, type Bus, type Hint } from './bus'
import { connect } from './connect'
import { listeners } from './listeners'

export interface RedisBusOptions {
  url: string
  /** Start of the channel names: deployments that share a Redis need different ones. */
  prefix?: string
  /** A lost connection, a listener that threw. Called once per error, not per hint. */
  onError?: (error: unknown) => void
}
/** A line on which nothing was answered for so long is replaced: else what it is given piles up, and is never heard. */
const silentMs = 3_000
/** Hints that wait for one tick; more are dropped. */
const waitingMax = 10_000

/** Connects in the background. Hints of one tick travel as one message per bucket. */
export function redisBus({ url, prefix = 'tokenim', onError = () => undefined }: RedisBusOptions): Bus {
  const node = crypto.randomUUID()
  const mine = listeners(onError)
  const options = { url, name: prefix, silentMs, onError }
  const out = connect(options)
  const into = connect({ ...options, autoResubscribe: false })
  const send = sender(out, node, prefix, onError)
  let isReady: () => void
  const ready = new Promise<void>((resolve) => (isReady = resolve))

  // Who only listens would never notice that nothing can come.
  const pinging = setInterval(() => {
    if (into.status === 'ready') into.ping().catch(() => undefined)
  }, silentMs).unref()
  into.on('ready', () => {
    const channels = Array.from({ length: bucketsMax }, (_, bucket) => `${prefix}:${bucket}`)
    into.subscribe(...channels).then(() => isReady(), onError)
  })
  into.on('message', (_channel: string, text: string) => {
    for (const hint of hintsOf(text, node)) mine.tell(hint)
  })
  return {
    publish: send,
    subscribe: mine.add,
    ready: () => ready,
    async close() {
      mine.clear()
      clearInterval(pinging)
      out.disconnect()
      into.disconnect()
    },
  }
}

function sender(out: Redis, node: string, prefix: string, onError: (error: unknown) => void) {
  let waiting: Hint[] = []
  const flush = () => {
    const hints = waiting
    waiting = []
    if (out.status !== 'ready') return
    const buckets = new Map<number, Hint[]>()
    for (const hint of hints) {
      const bucket = bucketOf(streamOf(hint))
      const list = buckets.get(bucket)
      if (list) list.push(hint)
      else buckets.set(bucket, [hint])
    }
    const batch = out.pipeline()
    for (const [bucket, list] of buckets)
      batch.publish(`${prefix}:${bucket}`, JSON.stringify({ node, hints: list }))
    batch.exec().catch(onError)
  }
  return (hint: Hint): void => {
    if (waiting.length === waitingMax) return
    if (waiting.push(hint) === 1) setImmediate(flush)
  }
}

/** What another node sent; nothing for our own messages and for what is not ours to read. */
function hintsOf(text: string, node: string): Hint[] {
  try {
    const message = JSON.parse(text) as { node?: unknown; hints?: unknown }
    return message.node !== node && Array.isArray(message.hints) ? (message.hints as Hint[]) : []
  } catch {
    return []
  }
}
