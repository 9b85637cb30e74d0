/** The people and messages of which screenshots are taken and screens are checked. */
import { befriend, freshId, must, post, register, type Registered } from '../helpers/wire-client'
import type { Stage } from './screens'

export type World = Pick<Stage, 'livelyId' | 'freshId' | 'friendId'>

const names = [
  '陈晓明',
  '李娜',
  'Alice Chen',
  '欧阳修',
  'Zoë',
  '😀Smile',
  '曾国藩',
  'bob',
  '刘备',
  '诸葛亮',
  'Ωmega',
]

type Say = (who: Registered, conversationId: number, text: string, seenSeq?: number) => Promise<unknown>
const sayAt =
  (url: string): Say =>
  async (who, conversationId, text, seenSeq = 0) => {
    const input = { conversationId, clientId: freshId(), body: { kind: 'text' as const, text }, seenSeq }
    return must(await post(url, 'chat.sendMessage', input, who.token))
  }

/** Somebody with a full life (`shot-busy`), somebody without a friend (`shot-lonely`), and a stranger. */
export async function fillWorld(url: string): Promise<World> {
  const say = sayAt(url)
  const me = await register(url, 'shot-busy', '张伟')
  await register(url, 'shot-lonely', 'Robin')
  await register(url, 'shot-stranger', '陌生人 Stranger')
  const friends: { who: Registered; conversationId: number }[] = []
  for (const [n, name] of names.entries()) {
    const who = await register(url, `shot-friend-${n}`, name)
    friends.push({ who, conversationId: await befriend(url, me, who) })
  }
  for (const n of [1, 2]) {
    const asker = await register(url, `shot-asker-${n}`, n === 1 ? '王小波' : 'Grace Hopper')
    const input = {
      clientId: freshId(),
      userId: me.userId,
      message: n === 1 ? '我是小波，上次开会见过' : 'Hi, from the conference',
    }
    must(await post(url, 'contacts.requestFriend', input, asker.token))
  }
  const [lively, fresh, third, fourth] = friends
  if (!lively || !fresh || !third || !fourth) throw new Error('too few friends')
  for (let n = 0; n < 30; n++)
    await say(n % 3 ? lively.who : me, lively.conversationId, talk[n % talk.length] ?? '', n + 1)
  for (let n = 0; n < 3; n++)
    await say(third.who, third.conversationId, `Are we still on for tomorrow? (${n + 1})`)
  for (let n = 0; n < 120; n++) await say(fourth.who, fourth.conversationId, `消息 ${n + 1}`)
  return { livelyId: lively.conversationId, freshId: fresh.conversationId, friendId: lively.who.userId }
}
const talk = [
  '早上好！今天几点到公司？',
  '九点半左右，路上有点堵 🚗',
  'OK',
  '会议改到下午三点了，在二楼的大会议室。请带上上周的报告，还有客户发来的那份修改意见，我们需要逐条过一遍。',
  'https://example.com/a/very/long/link/that/has/no/spaces/and/has/to/wrap/inside/of/the/bubble?query=1',
  '😀👍🎉',
]
