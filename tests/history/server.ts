/** What the server holds in the end, read as any client reads it, and the whole check. */
import { limits } from '../../protocol/limits'
import type { MessageRow } from '../../protocol/records'
import { must, post } from '../helpers/wire-client'
import type { Logged, Member, Truth, Verdict } from './check'
import type { History } from './history'

/** A conversation to check, and the token of one of its members. */
export interface Checked {
  conversationId: number
  token: string
}

/** The whole log of a conversation, in seq order. */
export async function readLog(url: string, token: string, conversationId: number): Promise<Logged[]> {
  const pages: MessageRow[][] = []
  for (let beforeSeq = Number.MAX_SAFE_INTEGER; ;) {
    const input = { conversationId, beforeSeq, limit: limits.pageRowsMax }
    const page = must(await post(url, 'chat.listMessages', input, token))
    pages.push(page.rows)
    beforeSeq = page.rows[0]?.seq ?? 1
    if (!page.more) return pages.reverse().flat().map(loggedOf)
  }
}

function loggedOf({ seq, from, clientId, countable, body }: MessageRow): Logged {
  const row = { seq, sender: from, clientId, countable }
  return body.kind === 'text' ? { ...row, text: body.text } : { ...row, text: body.tip, tip: true }
}

/** Log and members of a conversation. */
export async function readTruth(url: string, { conversationId, token }: Checked): Promise<Truth> {
  const page = must(await post(url, 'sync.pull', { stream: conversationId, since: 0 }, token))
  const members: Member[] = []
  for (const row of page.rows) if (row.k === 'place') members.push({ userId: row.userId, read: row.read.seq })
  return { conversationId, log: await readLog(url, token, conversationId), members }
}

/** Reads what the server holds of these conversations and checks the history of them all against it. */
export async function checkAll(history: History, url: string, talks: readonly Checked[]): Promise<Verdict> {
  const truths: Truth[] = []
  for (const talk of talks) truths.push(await readTruth(url, talk))
  return history.checkAgainst(truths)
}
