import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { Wire } from './connection'
import type { Gateway } from './gateway'
import { serveWs } from './ws'

let wire: Wire
let heard: string[]
let busy = false
let client: WebSocket
let stop: () => void

beforeEach(async () => {
  heard = []
  busy = false
  const nothing = () => undefined
  const gateway: Gateway = {
    admits: () => true,
    busyMs: () => 0,
    accept(given) {
      wire = given
      const text = (said: string) => void heard.push(said)
      const refuses = (start: string) => start.startsWith('no')
      return {
        ...{ text, refuses, isBusy: () => busy },
        ...{ binary: nothing, drained: nothing, failed: nothing, closed: nothing },
      }
    },
    ...{ sweep: nothing, leave: nothing, drain: nothing, count: () => 0 },
  }
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const end = serveWs({ server, gateway, origins: [], trustProxy: 0 })
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`)
  await once(client, 'open')
  stop = () => {
    client.terminate()
    end()
    server.close()
  }
})
afterEach(() => stop())

it('[L4] what a stopped socket says waits in the network, and is heard when it goes on', async () => {
  const texts = Array.from({ length: 400 }, (_, n) => `${n} ${'x'.repeat(60_000)}`)
  wire.pause()
  for (const text of texts) client.send(text)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(heard).toEqual([])
  expect(client.bufferedAmount).toBeGreaterThan(0)
  wire.resume()
  await expect.poll(() => heard.length).toBe(texts.length)
  expect(heard).toEqual(texts)
})

it('[L2] what a loaded server refuses is not heard; the rest is, in order, and the socket closes as ever', async () => {
  const say = (from: number) => {
    for (let n = from; n < from + 100; n++) client.send(`${n % 3 === 0 ? 'no' : 'yes'} ${n}`)
  }
  const yes = (below: number) =>
    Array.from({ length: below }, (_, n) => n).flatMap((n) => (n % 3 === 0 ? [] : [`yes ${n}`]))
  busy = true
  say(0)
  await expect.poll(() => heard.length).toBe(yes(100).length)
  expect(heard).toEqual(yes(100))
  busy = false
  client.send('no, but nothing is refused now')
  await expect.poll(() => heard.at(-1)).toBe('no, but nothing is refused now')
  client.close(1000)
  expect((await once(client, 'close'))[0]).toBe(1000)
})
