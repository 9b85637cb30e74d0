/** Pairs of people who talk as fast as they are let, with a device of one of each pair watching. */
import { befriend, must, post, register, type Registered } from '../helpers/wire-client'
import { checkAll, Sender, Watcher, type Checked, type History, type Verdict } from '../history'

export interface TalksOptions {
  url: () => string
  history: History
  pairs: number
  /** Messages without an answer, for each of the two. */
  inFlight: number
  /** Accounts are named after it. */
  name: string
  /** Nobody watches: the server is expected to lose what it acked, and devices could not make sense of that. */
  blind?: boolean
  /** When the pairs are friends, before they talk. */
  beforeTalk?: () => Promise<void>
}
export interface Talks {
  /** Devices that wait before they connect again do it now. */
  wake(): void
  /** Nothing new is said; waits until everything is acked and shown on every device, and checks it all. */
  finish(): Promise<Verdict>
  /** Ends everything at once, as it is: for the way out of a failed test, too. */
  abandon(): Promise<void>
}

/** Registers the pairs, makes friends of them and lets them talk. */
export async function startTalks(options: TalksOptions): Promise<Talks> {
  const { url, history, pairs, inFlight, name } = options
  const talks = await Promise.all(Array.from({ length: pairs }, (_, n) => makeTalk(url(), `${name}-${n}`)))
  await options.beforeTalk?.()
  const watched = options.blind ? [] : talks
  const watchers = await Promise.all(
    watched.map(({ b, conversationId }, n) =>
      Watcher.signIn({
        ...{ url, history, conversationId, reads: n % 2 === 0 },
        ...{ name: `phone of ${b.account}`, account: b.account },
      }),
    ),
  )
  const senders = talks.flatMap(({ a, b, conversationId }) =>
    [a, b].map((p) => new Sender(url, p.token, p.userId, conversationId, history, inFlight)),
  )
  for (const sender of senders) sender.start()
  const switchOff = () => watchers.forEach((watcher) => watcher.kill())
  const wake = () => watchers.forEach((watcher) => watcher.wake())
  return {
    wake,
    async finish() {
      wake()
      await Promise.all(senders.map((sender) => sender.stop()))
      const checked: Checked[] = talks.map(({ a, conversationId }) => ({ conversationId, token: a.token }))
      for (const [n, watcher] of watchers.entries())
        await watcher.shows(await headOf(url(), checked[n]), 60_000)
      const verdict = await checkAll(history, url(), checked)
      switchOff()
      return verdict
    },
    async abandon() {
      switchOff()
      await Promise.all(senders.map((sender) => sender.abandon()))
    },
  }
}

async function makeTalk(url: string, name: string) {
  const [a, b]: [Registered, Registered] = await Promise.all([
    register(url, `${name}a`),
    register(url, `${name}b`),
  ])
  return { a, b, conversationId: await befriend(url, a, b) }
}

async function headOf(url: string, checked: Checked | undefined): Promise<number> {
  if (!checked) return 0
  const input = { conversationId: checked.conversationId, beforeSeq: Number.MAX_SAFE_INTEGER, limit: 1 }
  const page = must(await post(url, 'chat.listMessages', input, checked.token))
  return page.rows[0]?.seq ?? 0
}
