/** The process: how it starts, refuses to start, stops, and what is there after it was killed. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { closeCodes, type Down } from '../../protocol/wire'
import { befriend, freshId, must, post, register, WireClient, type Registered } from '../helpers/wire-client'
import { launchServer, refusedStart, type LaunchedServer } from './launch'

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ family }) => family === 'IPv6'))

interface Talk {
  anna: Registered
  conversationId: number
}
async function talkOn({ url }: LaunchedServer): Promise<Talk> {
  const [anna, bo] = await Promise.all([register(url, 'main_anna'), register(url, 'main_bo')])
  return { anna, conversationId: await befriend(url, anna, bo) }
}
const inputOf = (conversationId: number, text: string) => ({
  ...{ conversationId, clientId: freshId(), seenSeq: 0 },
  body: { kind: 'text' as const, text },
})
async function logOf({ url }: LaunchedServer, { anna, conversationId }: Talk) {
  const input = { conversationId, beforeSeq: Number.MAX_SAFE_INTEGER, limit: 200 }
  const { rows } = must(await post(url, 'chat.listMessages', input, anna.token))
  return new Map(rows.map(({ seq, body }) => [seq, body.kind === 'text' ? body.text : body.tip]))
}

describe('stopping', () => {
  it('[F11] [W8] SIGTERM: accepted calls are answered and kept, phones are sent home, exit 0 within 10 s', async () => {
    const server = await launchServer()
    const talk = await talkOn(server)
    const client = await WireClient.connect(server.url, talk.anna.token)
    const bye = client.next(({ t }) => t === 'bye')
    const texts = Array.from({ length: 60 }, (_, n) => `text ${n}`)
    const sent = texts.map((text) => client.call('chat.sendMessage', inputOf(talk.conversationId, text)))
    await sent[0]
    const code = server.terminate('SIGTERM')
    const answers = await Promise.all(sent)
    expect(answers.every((answer) => answer.ok || answer.error.code === 'draining')).toBe(true)
    const told = (await bye) as Down & { t: 'bye' }
    expect(told.error.code).toBe('draining')
    expect(told.afterMs).toBeGreaterThanOrEqual(0)
    expect(told.afterMs).toBeLessThanOrEqual(2_000)
    expect(await client.closed).toBe(closeCodes.draining)
    // One that is late ends itself with 1.
    expect(await code).toBe(0)
    await server.restart()
    const log = await logOf(server, talk)
    for (const [n, answer] of answers.entries())
      if (answer.ok) expect(log.get(answer.value.seq)).toBe(texts[n])
    expect(log.size).toBe(answers.filter(({ ok }) => ok).length + 1)
    await server.stop()
  })
  it('SIGINT stops it as well, also with a phone that does not answer the close', async () => {
    const server = await launchServer()
    const { anna } = await talkOn(server)
    const client = await WireClient.connect(server.url, anna.token)
    expect(await server.terminate('SIGINT')).toBe(0)
    client.close()
    await server.stop()
  })
})

describe('being killed', () => {
  it('[F4] [S4] what was acked is there after kill -9, under its seq, once', async () => {
    const server = await launchServer()
    const talk = await talkOn(server)
    const client = await WireClient.connect(server.url, talk.anna.token)
    const acked = new Map<number, string>()
    for (let n = 0; n < 100; n++) {
      const text = `text ${n}`
      client.call('chat.sendMessage', inputOf(talk.conversationId, text)).then(
        (answer) => answer.ok && acked.set(answer.value.seq, text),
        () => undefined,
      )
    }
    while (acked.size < 20) await new Promise((resolve) => setTimeout(resolve, 1))
    await server.kill9()
    await server.restart()
    const log = await logOf(server, talk)
    for (const [seq, text] of acked) expect(log.get(seq)).toBe(text)
    expect(new Set(log.values()).size).toBe(log.size)
    await server.stop()
  })
})

describe('starting', () => {
  it('[D2] a second process on the same folder is refused, and the first goes on', async () => {
    const server = await launchServer()
    const { code, output } = await refusedStart({ DATA_DIR: server.dataDir })
    expect(code).toBe(1)
    expect(output).toContain('in use by another process')
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    await server.stop()
  })
  const systems = process.platform === 'win32' ? [] : [process.platform]
  it.each(systems)(
    '[D14] what it makes is for nobody else to open, and what was open is closed: %s',
    async () => {
      const server = await launchServer()
      await talkOn(server)
      const modes = () =>
        ['.', ...readdirSync(server.dataDir)].map((name) => {
          const { mode } = statSync(path.join(server.dataDir, name))
          return `${name} ${(mode & 0o777).toString(8)}`
        })
      const own = [
        ...['. 700', 'secrets.json 600', 'tokenim.db 600'],
        ...['tokenim.db-shm 600', 'tokenim.db-wal 600', 'tokenim.db.lock 600'],
        'tokenim.db.lock-journal 600',
      ]
      expect(modes().sort()).toEqual(own)
      await server.kill9()
      for (const name of readdirSync(server.dataDir)) chmodSync(path.join(server.dataDir, name), 0o664)
      chmodSync(server.dataDir, 0o775)
      await server.restart()
      expect(modes().sort()).toEqual(own)
      expect(server.log()).toContain('others could open these until now')
      await server.stop()
    },
  )
  it.each(systems)('[D14] a folder that all users share is refused, and left alone: %s', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-shared-'))
    chmodSync(folder, 0o1777)
    const { code, output } = await refusedStart({ DATA_DIR: folder })
    expect([code, statSync(folder).mode & 0o7777, readdirSync(folder)]).toEqual([1, 0o1777, []])
    expect(output).toMatch(/DATA_DIR: others can open .*mode 777/)
    rmSync(folder, { recursive: true })
  })
  it('[D16] without a host it is reached by IPv4 and, where there is IPv6, by that', async () => {
    const server = await launchServer(undefined, { env: { HOST: '' } })
    const { port } = new URL(server.url)
    const urls = [server.url, `http://127.0.0.1:${port}`, ...(hasIpv6 ? [`http://[::1]:${port}`] : [])]
    for (const url of urls) {
      const anna = await register(url, `anna_${urls.indexOf(url)}`)
      const client = await WireClient.connect(url, anna.token)
      client.close()
    }
    await server.stop()
  })
  it.each([...(hasIpv6 ? ['::1', '[::1]'] : []), 'localhost', '0.0.0.0'])(
    '[D16] with HOST=%s it prints an address that opens',
    async (HOST) => {
      const server = await launchServer(undefined, { env: { HOST } })
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
      const anna = await register(server.url, 'anna_here')
      const client = await WireClient.connect(server.url, anna.token)
      client.close()
      await server.stop()
    },
  )
  it.each<[string, Record<string, string>, RegExp]>([
    ['an unknown setting', { TOKENIM_PROT: '1' }, /TOKENIM_PROT/],
    ['an address of another machine', { HOST: '192.0.2.1' }, /HOST: 192\.0\.2\.1 is no address/],
    ['a port that is none', { PORT: '80a' }, /PORT/],
    ['a short secret', { JWT_SECRET: 'short' }, /JWT_SECRET/],
    ['a weak secret', { JWT_SECRET: 'a'.repeat(40) }, /JWT_SECRET: too weak/],
    ['several servers without a common secret', { REDIS_URL: 'redis://127.0.0.1:6379' }, /JWT_SECRET/],
    ['a database of another kind', { DATABASE_URL: 'postgres://x/y' }, /DATABASE_URL/],
    ['a database that is not there', { DATABASE_URL: 'mysql://root@127.0.0.1:9/x' }, /database: down/],
  ])('%s stops the start with a message that names it and shows no value', async (_name, env, message) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-refused-'))
    const { code, output } = await refusedStart({ DATA_DIR: folder, ...env })
    expect(code).toBe(1)
    expect(output).toMatch(message)
    expect(output.trim().split('\n')).toHaveLength(1)
    expect(output).not.toContain('a'.repeat(40))
    rmSync(folder, { recursive: true })
  })
  it('writes its log to standard output and nothing else: one JSON object a line', async () => {
    const server = await launchServer(undefined, { env: { LOG_LEVEL: 'trace' } })
    await fetch(`${server.url}/readyz`)
    await server.terminate()
    const lines = server.log().trim().split('\n')
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('msg')
    expect(server.output()).toContain(`listens on ${server.url}`)
    await server.stop()
  })
  it('a port that is taken stops the start with a message', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const port = String(typeof address === 'object' ? address?.port : 0)
    const server = await launchServer()
    await server.kill9()
    const { code, output } = await refusedStart({ DATA_DIR: server.dataDir, PORT: port })
    expect(code).toBe(1)
    expect(output).toContain(`port ${port} is taken`)
    other.close()
    await server.stop()
  })
})
