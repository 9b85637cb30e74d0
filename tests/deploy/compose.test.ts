/** The compose file fits the server: settings it knows, ports it listens on, health it answers. No container engine needed. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../server/config'
import { nodesMax } from '../../server/db/nodes'
import { Settings, settingNames } from '../../server/settings'

interface Service {
  image: string
  build?: string
  restart: string
  stop_grace_period?: string
  environment?: Record<string, string>
  command?: string[]
  ports?: string[]
  volumes?: string[]
  depends_on?: Record<string, unknown> | string[]
}
interface Compose {
  services: Record<string, Service>
  volumes: Record<string, null>
}

const read = (file: string): string => readFileSync(file, 'utf8')
const text = read('deploy/compose.yaml')
const { services, volumes } = parse(text, { merge: true }) as Compose
const caddyfile = read('deploy/Caddyfile')
const example = read('deploy/env.example')
const servers = Object.entries(services).filter(([, { build }]) => build !== undefined)
const named = Object.entries(services)

const values: Record<string, string> = {
  DOMAIN: 'chat.example.org',
  DATABASE_PASSWORD: '0123456789abcdef0123',
  REDIS_PASSWORD: 'fedcba98765432100123',
  JWT_SECRET: '0123456789abcdef0123456789abcdef',
}
/** As compose does it: `${NAME}`, `${NAME:?why}`, `${NAME:-default}`. */
const filled = (value: string): string =>
  value.replace(
    /\$\{(\w+)(?::([?-])([^}]*))?\}/g,
    (_all, name: string, mark?: string, rest?: string) => values[name] ?? (mark === '-' ? (rest ?? '') : ''),
  )

describe('deploy/compose.yaml', () => {
  it('runs two servers of one image, as many as there are node numbers at most', () => {
    expect(servers.map(([name]) => name)).toEqual(['node1', 'node2'])
    expect(new Set(servers.map(([, { image }]) => image)).size).toBe(1)
    expect(servers.length).toBeLessThanOrEqual(nodesMax)
  })
  it.each(servers)('%s starts with these settings, and no other', (_name, { environment = {} }) => {
    const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, filled(value)]))
    expect(Object.keys(env).filter((key) => !settingNames.some((name) => name === key))).toEqual([])
    const config = loadConfig(env)
    expect(config).toMatchObject({ trustProxy: 1, unsafeDurability: false, rateFactor: 1 })
    expect(new URL(config.databaseUrl ?? '').hostname in services).toBe(true)
    expect(new URL(config.redisUrl ?? '').hostname in services).toBe(true)
  })
  it('publishes the ports of Caddy alone', () => {
    expect(named.filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(['caddy'])
  })
  it.each(named)('%s is pinned, comes back by itself, and knows its neighbours', (_name, service) => {
    if (!service.build) expect(service.image).toMatch(/^[a-z]+:\d+\.\d+\.\d+(-alpine)?$/)
    expect(service.restart).toBe('unless-stopped')
    const others = service.depends_on ?? []
    for (const other of Array.isArray(others) ? others : Object.keys(others))
      expect(services).toHaveProperty(other)
    for (const volume of service.volumes ?? []) {
      const [from = ''] = volume.split(':')
      if (!from.startsWith('.')) expect(volumes).toHaveProperty(from)
    }
  })
  it('[F11] gives a server that stops more than the 10 s it needs', () => {
    for (const [, { stop_grace_period: period }] of servers)
      expect(Number.parseInt(period ?? '0')).toBeGreaterThan(10)
  })
  it('[D1] lets the database write every commit to disk', () => {
    expect(services.mariadb?.command).toContain('--innodb-flush-log-at-trx-commit=1')
  })
  it('asks for nothing that env.example does not name', () => {
    const asked = [...text.matchAll(/\$\{(\w+)/g)].map((match) => match[1])
    const told = [...example.matchAll(/^(\w+)=/gm)].map((match) => match[1])
    expect([...new Set(asked)].sort()).toEqual([...told].sort())
    const secrets = told.filter((name) => /PASSWORD|SECRET/.test(name ?? ''))
    for (const name of secrets) expect(example).toMatch(new RegExp(`^${name}=$`, 'm'))
    for (const name of secrets) expect(text).not.toMatch(new RegExp(`\\$\\{${name}(?!:\\?)`))
  })
})

describe('deploy/Caddyfile', () => {
  it('leads to every server, on the port it listens on', () => {
    const line = /reverse_proxy ([^{]+)\{/.exec(caddyfile)?.[1]?.trim().split(/\s+/)
    expect(line).toEqual(servers.map(([name]) => `${name}:${String(Settings.properties.PORT.default)}`))
  })
  it('asks whether they are ready, and is given what it names', () => {
    expect(caddyfile).toMatch(/health_uri \/readyz\n/)
    const asked = [...caddyfile.matchAll(/\{\$(\w+)\}/g)].map((match) => match[1])
    expect(asked).toEqual(Object.keys(services.caddy?.environment ?? {}))
  })
  it('closes what it opens', () => {
    const bare = caddyfile.replace(/#.*$/gm, '')
    expect(bare.split('{').length).toBe(bare.split('}').length)
  })
})
