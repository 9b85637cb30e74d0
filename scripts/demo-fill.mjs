/** Fills a server with the demo world, by the same calls that phones make. */
import { randomUUID } from 'node:crypto'
import { chats, people, requests } from './demo-world.mjs'

const newId = () => randomUUID().replaceAll('-', '')

/** @param {string} url @param {string} password of everybody */
export async function fill(url, password) {
  const users = new Map()
  for (const { account, name } of people) {
    const device = { name: 'Demo', platform: 'other' }
    const input = { clientId: newId(), account, name, password, device }
    const { userId, accessToken: token } = await call(url, 'accounts.register', input)
    users.set(account, { userId, token })
  }
  const user = (account) => users.get(account)
  const as = (account, op, input) => call(url, op, input, user(account).token)
  const ask = ({ from, to, message }) =>
    as(from, 'contacts.requestFriend', { clientId: newId(), userId: user(to).userId, message })

  for (const chat of chats) {
    const [from, to] = chat.between
    const { requestId } = await ask({ from, to, message: chat.hello })
    const accepted = await as(to, 'contacts.acceptRequest', { clientId: newId(), requestId })
    await talk(as, accepted.conversationId, chat)
  }
  for (const request of requests) await ask(request)
  for (const account of users.keys()) await as(account, 'accounts.signOut', {})
}

/** Whoever answers has seen what was said before; both have seen all but the last `unread` messages. */
async function talk(as, conversationId, { between, said, unread }) {
  let seq = 1
  for (const [account, text] of said) {
    const input = { conversationId, clientId: newId(), body: { kind: 'text', text }, seenSeq: seq }
    ;({ seq } = await as(account, 'chat.sendMessage', input))
  }
  for (const account of between) await as(account, 'chat.markRead', { conversationId, seq: seq - unread })
}

async function call(url, op, input, token) {
  const headers = {
    'content-type': 'application/json',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  }
  const response = await fetch(`${url}/api/${op}`, { method: 'POST', headers, body: JSON.stringify(input) })
  const answer = await response.json()
  if (!response.ok) throw new Error(`${op}: ${JSON.stringify(answer)}`)
  return answer
}
