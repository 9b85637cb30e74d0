/** What may happen in a world: what people do, and what befalls phones, lines and the server. */
import { blocks } from './net'
import type { Phone } from './phone'
import { userOf, type World } from './world'

interface Act {
  weight: number
  /** False: there was nothing to do it with. */
  run(world: World, phone: Phone): boolean
}

const engineOf = (phone: Phone) => {
  if (!phone.engine) throw new Error(`${phone.name} is off`)
  return phone.engine
}
const someChat = (world: World, phone: Phone) => {
  const chats = engineOf(phone).chats()
  return chats.length ? world.dice.pick(chats) : undefined
}
const waitingMessage = (world: World, phone: Phone) => {
  const chat = someChat(world, phone)
  const messages = chat ? engineOf(phone).room(chat.conversationId).messages : []
  return messages.find((m) => m.mine && m.send.state === 'waiting')
}

/** What was told and is neither settled nor on the disk dies with the app; the rest lives. */
function killPhone(world: World, phone: Phone): void {
  const disk = [...phone.disk].filter(([key]) => key.startsWith('act/')).map(([, value]) => value)
  for (const said of world.said) {
    if (said.phone !== phone) continue
    const stored = disk.some((value) => value.includes(`"${said.text}"`))
    if (said.state === 'cancelled' && stored) said.state = 'cancelledThenKilled'
    const pending = said.state === 'told' && said.ticket !== undefined && !phone.settled.has(said.ticket)
    if (pending && !stored) said.state = 'gone'
    // In its next life the act has no ticket any more: the server's log says what became of it.
    said.ticket = undefined
  }
  phone.kill()
  world.clock.after(world.dice.between(10, 5_000), () => {
    if (!phone.engine) phone.boot()
  })
}

function killServer(world: World): void {
  const { cluster, clock, dice } = world
  const node = dice.pick(cluster.nodes)
  node.dieAfter(dice.between(0, 30))
  clock.after(dice.between(100, 6_000), () => cluster.restart(node))
}

function say(world: World, phone: Phone): boolean {
  const chat = someChat(world, phone)
  if (chat) sayIn(world, phone, chat.conversationId)
  return chat !== undefined
}

/** Says something new, of which the laws will ask what became of it. */
export function sayIn(world: World, phone: Phone, conversationId: number): void {
  const text = `text ${world.said.length + 1} of ${phone.name}`
  const input = { conversationId, body: { kind: 'text', text }, seenSeq: 0 } as const
  const ticket = phone.tell({ is: 'call', op: 'chat.sendMessage', input })
  world.said.push({ text, phone, conversationId, ticket, state: 'told' })
}

function answer(
  world: World,
  phone: Phone,
  op: 'contacts.acceptRequest' | 'contacts.refuseRequest',
): boolean {
  const waiting = engineOf(phone)
    .requests()
    .flatMap((r) => (r.incoming && r.state === 'pending' && r.id !== undefined ? [r.id] : []))
  if (!waiting.length) return false
  phone.tell({ is: 'call', op, input: { requestId: world.dice.pick(waiting) } })
  return true
}

function withChat(tell: (world: World, phone: Phone, conversationId: number) => void): Act['run'] {
  return (world, phone) => {
    const chat = someChat(world, phone)
    if (chat) tell(world, phone, chat.conversationId)
    return chat !== undefined
  }
}

function offline(world: World, phone: Phone): void {
  phone.tell({ is: 'network', online: false })
  world.clock.after(world.dice.between(100, 8_000), () => phone.engine?.tell({ is: 'network', online: true }))
}

const always = (run: (world: World, phone: Phone) => void): Act['run'] => {
  return (world, phone) => {
    run(world, phone)
    return true
  }
}

export const acts: Readonly<Record<string, Act>> = {
  send: { weight: 40, run: say },
  openRoom: {
    weight: 8,
    run: withChat((_w, phone, conversationId) => phone.tell({ is: 'openRoom', conversationId })),
  },
  closeRoom: { weight: 3, run: always((_w, phone) => phone.tell({ is: 'openRoom', conversationId: null })) },
  seen: {
    weight: 14,
    run: withChat((_w, phone, conversationId) => {
      const { messages } = engineOf(phone).room(conversationId)
      const seq = messages.reduce((last, m) => m.seq ?? last, 0)
      phone.tell({ is: 'seen', conversationId, seq })
    }),
  },
  loadOlder: {
    weight: 4,
    run: withChat((_w, phone, conversationId) => phone.tell({ is: 'loadOlder', conversationId })),
  },
  draft: {
    weight: 2,
    run: withChat((world, phone, conversationId) =>
      phone.tell({ is: 'setDraft', conversationId, text: `draft ${world.dice.between(1, 9)}` }),
    ),
  },
  requestFriend: {
    weight: 5,
    run(world, phone) {
      const others = world.phones.filter(
        (p) => p.engine?.session().state === 'signedIn' && userOf(p) !== userOf(phone),
      )
      if (!others.length) return false
      const userId = userOf(world.dice.pick(others))
      phone.tell({ is: 'call', op: 'contacts.requestFriend', input: { userId, message: 'hello' } })
      return true
    },
  },
  acceptRequest: { weight: 6, run: (world, phone) => answer(world, phone, 'contacts.acceptRequest') },
  refuseRequest: { weight: 1, run: (world, phone) => answer(world, phone, 'contacts.refuseRequest') },
  cancel: {
    weight: 2,
    run(world, phone) {
      const message = waitingMessage(world, phone)
      if (message?.body.kind !== 'text') return false
      const { clientId, body } = message
      const ticket = phone.tell({ is: 'cancel', clientId })
      const said = world.said.find(({ text }) => text === body.text)
      if (said && phone.settled.get(ticket)?.ok) said.state = 'cancelled'
      return true
    },
  },
  background: {
    weight: 2,
    run: always((world, phone) => {
      phone.tell({ is: 'background' })
      world.clock.after(world.dice.between(100, 8_000), () => phone.engine?.tell({ is: 'foreground' }))
    }),
  },
  networkOff: { weight: 3, run: always(offline) },
  cut: { weight: 5, run: always((_w, phone) => phone.cut()) },
  halfOpenUp: { weight: 1, run: always((_w, phone) => phone.halfOpen('up')) },
  halfOpenDown: { weight: 1, run: always((_w, phone) => phone.halfOpen('down')) },
  killPhone: { weight: 3, run: always(killPhone) },
  killServer: { weight: 1.5, run: always(killServer) },
  cutBus: {
    weight: 1,
    run(world) {
      world.bus.cut(world.dice.between(1_000, 20_000))
      return world.cluster.nodes.length > 1
    },
  },
}

/** A phone comes into a network that lets no socket live, and leaves it some time later. */
export function blockOnce(world: World): void {
  const { net, dice, clock } = world
  const { name } = dice.pick(world.phones)
  const how = dice.pick(blocks)
  net.block(name, how)
  clock.after(dice.between(3_000, 60_000), () => void net.blocked.delete(name))
  world.count(`blocked ${how}`, name)
}

const hourMs = 3600_000
/** What clocks are set to: wrong by this much, or right. */
const wrongByMs = [0, 0, 90_000, -hourMs, hourMs, -30 * 24 * hourMs, 30 * 24 * hourMs, 2e11, -1e12] as const

/** Somebody sets the clock of a device, or its battery was empty, or it has found the time again. */
export function setClockOnce(world: World): void {
  const phone = world.dice.pick(world.phones)
  phone.aheadMs = world.dice.pick(wrongByMs)
  world.count(phone.aheadMs === 0 ? 'clock right' : 'clock wrong', `${phone.name} ${phone.aheadMs}`)
}

const total = Object.values(acts).reduce((sum, { weight }) => sum + weight, 0)

/** One act by weight, on a phone that is on. */
export function actOnce(world: World): void {
  const on = world.phones.filter((phone) => phone.engine?.session().state === 'signedIn')
  if (!on.length) return
  let left = world.dice.unit() * total
  for (const [name, act] of Object.entries(acts)) {
    left -= act.weight
    if (left > 0) continue
    const phone = world.dice.pick(on)
    if (act.run(world, phone)) world.count(name, phone.name)
    return
  }
}
