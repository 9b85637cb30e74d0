import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { configDoc, loadConfig } from './config'
import { isLink } from './environment'
import { settingNames } from './settings'

const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-config-'))
afterAll(() => rmSync(folder, { recursive: true }))
const strong = 'correct horse battery staple, and more'
const base = { DATA_DIR: path.join(folder, 'data'), JWT_SECRET: strong }

describe('configuration', () => {
  it('has defaults for everything', () => {
    expect(loadConfig({ DATA_DIR: base.DATA_DIR })).toMatchObject({
      port: 8080,
      host: undefined,
      databaseUrl: undefined,
      redisUrl: undefined,
      redisPrefix: 'tokenim',
      publicOrigins: [],
      logLevel: 'info',
      trustProxy: 0,
      unsafeDurability: false,
    })
  })

  it('takes the environment over the file, and the file over the defaults', () => {
    const file = path.join(folder, 'config.json')
    writeFileSync(
      file,
      JSON.stringify({ PORT: 9000, LOG_LEVEL: 'warn', PUBLIC_ORIGINS: ['https://a.example'] }),
    )
    const config = loadConfig({ ...base, TOKENIM_CONFIG: file, PORT: '9001', UNSAFE_DURABILITY: '1' })
    expect(config).toMatchObject({ port: 9001, logLevel: 'warn', unsafeDurability: true })
    expect(config.publicOrigins).toEqual(['https://a.example'])
    expect(
      loadConfig({ ...base, PUBLIC_ORIGINS: 'https://a.example, http://b.example:81' }).publicOrigins,
    ).toEqual(['https://a.example', 'http://b.example:81'])
  })

  it('[W16] reads an origin however it is written, and those of apps', () => {
    const written =
      'https://Chat.Example.org, https://b:443, http://c.example/, weapp://wechat-game-runtime,HTTP://[0::1]:81'
    expect(loadConfig({ ...base, PUBLIC_ORIGINS: written }).publicOrigins).toEqual([
      'https://chat.example.org',
      'https://b',
      'http://c.example',
      'weapp://wechat-game-runtime',
      'http://[::1]:81',
    ])
  })

  it.each([
    [undefined, ''],
    ['/', ''],
    ['/chat', '/chat'],
    ['/chat/', '/chat'],
    ['/~me/im.v2', '/~me/im.v2'],
  ])('[W29] takes the path %s as %j', (given, basePath) => {
    expect(loadConfig({ ...base, BASE_PATH: given })).toMatchObject({ basePath })
  })

  it.each([
    [{ PORT: '80a' }, 'PORT'],
    [{ PORT: '70000' }, 'PORT'],
    [{ PORT: '-1' }, 'PORT'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    [{ DATABASE_URL: 'postgres://x/y' }, 'DATABASE_URL'],
    [{ DATABASE_URL: 'mysql://host' }, 'DATABASE_URL'],
    [{ REDIS_URL: 'host:6379' }, 'REDIS_URL'],
    [{ REDIS_PREFIX: 'two words' }, 'REDIS_PREFIX'],
    [{ PUBLIC_ORIGINS: 'https://a.example/path' }, 'PUBLIC_ORIGINS.0'],
    [{ PUBLIC_ORIGINS: 'https://a.example,https://*' }, 'PUBLIC_ORIGINS.1'],
    [{ PUBLIC_ORIGINS: '*' }, 'PUBLIC_ORIGINS.0'],
    [{ PUBLIC_ORIGINS: 'null' }, 'PUBLIC_ORIGINS.0'],
    [{ PUBLIC_ORIGINS: 'a.example' }, 'PUBLIC_ORIGINS.0'],
    [{ PUBLIC_ORIGINS: 'wss://a.example' }, 'PUBLIC_ORIGINS.0'],
    [{ PUBLIC_ORIGINS: 'https://a.example,' }, 'PUBLIC_ORIGINS.1'],
    [{ CONNECTIONS_MAX: '10' }, 'CONNECTIONS_MAX'],
    [{ UNSAFE_DURABILITY: 'yes' }, 'UNSAFE_DURABILITY'],
    [{ TRUST_PROXY: 'true' }, 'TRUST_PROXY'],
    [{ JWT_SECRET: 'short' }, 'JWT_SECRET'],
    [{ JWT_SECRET: 'ab'.repeat(40) }, 'JWT_SECRET'],
    [{ JWT_SECRET: undefined, REDIS_URL: 'redis://host' }, 'JWT_SECRET'],
    [{ BASE_PATH: 'chat' }, 'BASE_PATH'],
    [{ BASE_PATH: '/a//b' }, 'BASE_PATH'],
    [{ BASE_PATH: '/a/../b' }, 'BASE_PATH'],
    [{ BASE_PATH: '/chat?x' }, 'BASE_PATH'],
    [{ BASE_PATH: 'https://host/chat' }, 'BASE_PATH'],
    [{ TOKENIM_PROT: '1' }, 'TOKENIM_PROT'],
    [{ TOKENIM_PORT: '8080' }, 'TOKENIM_PORT'],
    [{ TOKENIM_SERVICE: 'x' }, 'TOKENIM_SERVICE'],
    [{ TOKENIM_NAME: 'chat' }, 'TOKENIM_NAME'],
    [{ TOKENIM_CONFIG: '/nowhere/at/all.json' }, 'TOKENIM_CONFIG'],
  ])('stops on %j and names %s, without the value', (env: Record<string, string | undefined>, name) => {
    let message = ''
    try {
      loadConfig({ ...base, ...env })
    } catch (error) {
      message = String(error)
    }
    expect(message).toContain(`ConfigError: ${name}:`)
    expect(message).not.toContain('abab')
  })

  it('stops on an unknown name and on a wrong type in the file', () => {
    const file = path.join(folder, 'wrong.json')
    for (const [wrong, name] of [
      [{ PROT: 1 }, 'PROT'],
      [{ PORT: '80' }, 'PORT'],
      [[], 'TOKENIM_CONFIG'],
    ] as const) {
      writeFileSync(file, JSON.stringify(wrong))
      expect(() => loadConfig({ ...base, TOKENIM_CONFIG: file })).toThrow(`${name}:`)
    }
  })

  const links: [service: string, env: Record<string, string>][] = [
    [
      'Kubernetes, tokenim',
      {
        TOKENIM_SERVICE_HOST: '10.0.0.1',
        TOKENIM_SERVICE_PORT: '8080',
        TOKENIM_SERVICE_PORT_HTTP: '8080',
        TOKENIM_SERVICE_PORT_WEB_SOCKET: '8081',
        TOKENIM_PORT: 'tcp://10.0.0.1:8080',
        TOKENIM_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
        TOKENIM_PORT_8080_TCP_PROTO: 'tcp',
        TOKENIM_PORT_8080_TCP_PORT: '8080',
        TOKENIM_PORT_8080_TCP_ADDR: '10.0.0.1',
        TOKENIM_PORT_443_UDP_ADDR: '10.0.0.1',
      },
    ],
    [
      'Kubernetes on IPv6, tokenim',
      { TOKENIM_SERVICE_HOST: 'fd00::1', TOKENIM_PORT: 'tcp://[fd00::1]:8080' },
    ],
    [
      'Kubernetes, tokenim-config and tokenim-7',
      {
        TOKENIM_CONFIG_SERVICE_HOST: '10.0.0.2',
        TOKENIM_CONFIG_PORT: 'udp://10.0.0.2:53',
        TOKENIM_7_PORT_53_SCTP: 'sctp://10.0.0.2:53',
      },
    ],
    [
      'Kubernetes, redis, host, log-level and data-dir',
      {
        REDIS_PORT: 'tcp://10.0.0.3:6379',
        REDIS_SERVICE_HOST: '10.0.0.3',
        HOST_PORT: 'tcp://10.0.0.4:80',
        LOG_LEVEL_SERVICE_PORT: '1',
        DATA_DIR_PORT: 'tcp://10.0.0.5:80',
      },
    ],
    [
      'docker --link, tokenim',
      {
        TOKENIM_NAME: '/web/tokenim',
        TOKENIM_ENV_NODE_VERSION: '24.0.0',
        TOKENIM_1_PORT_80_TCP: 'tcp://172.17.0.2:80',
      },
    ],
  ]
  it.each(links)('[D15] starts beside a service of %s', (_service, env) => {
    expect(loadConfig({ ...base, ...env })).toMatchObject({
      port: 8080,
      logLevel: 'info',
      redisUrl: undefined,
    })
  })
  it('[D15] has no setting that a service can set by its name', () => {
    const values = ['tcp://10.0.0.1:80', '/web/x', '10.0.0.1']
    expect(settingNames.filter((name) => values.some((value) => isLink(name, value)))).toEqual([])
  })
  it.each(['PORT', 'HOST', 'LOG_LEVEL'])('[D15] says that TOKENIM_%s is called %s', (name) => {
    expect(() => loadConfig({ ...base, [`TOKENIM_${name}`]: '1' })).toThrow(`it is called ${name}`)
  })

  it('takes an IPv6 address with and without its brackets', () => {
    for (const HOST of ['::1', '[::1]']) expect(loadConfig({ ...base, HOST }).host).toBe('::1')
  })

  it('leaves the variables of tests and of other programs alone', () => {
    expect(() => loadConfig({ ...base, TOKENIM_TEST_MYSQL: 'x', PATH: '/bin', PORT: '' })).not.toThrow()
  })

  it('makes a secret at the first start that only the own user can read, and keeps it', () => {
    const env = { DATA_DIR: path.join(folder, 'first') }
    const { jwtSecret } = loadConfig(env)
    const file = path.join(env.DATA_DIR, 'secrets.json')
    expect(jwtSecret.length).toBe(64)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(loadConfig(env).jwtSecret).toBe(jwtSecret)
    expect(loadConfig({ DATA_DIR: path.join(folder, 'second') }).jwtSecret).not.toBe(jwtSecret)
    chmodSync(file, 0o644)
    expect(loadConfig(env)).toMatchObject({ jwtSecret, tightened: [file] })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(loadConfig(env).tightened).toEqual([])
  })

  it('documents every setting', () => {
    for (const name of settingNames)
      expect(configDoc()).toMatch(new RegExp(`\\| \`${name}\` \\| .+ \\| .{20,} \\|`))
  })
})
