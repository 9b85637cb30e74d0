/** Every setting of the server: this one schema gives the types, the checks, the defaults and docs/configuration.md. */
import { oneOf, record, t, type Static } from '../protocol/define'

const port = t.Integer({
  minimum: 0,
  maximum: 65_535,
  default: 8080,
  description: 'TCP port for everything: app, REST, WebSocket. 0 takes a free one.',
})
const host = t.Optional(
  t.String({
    minLength: 1,
    maxLength: 255,
    description:
      'Address to listen on: 127.0.0.1 or ::1 hears this machine only. Absent: every network, on IPv4 and IPv6.',
  }),
)
const basePath = t.String({
  pattern: '^(/(?!\\.+(/|$))[\\w.~@+-]+)*/?$',
  maxLength: 200,
  default: '',
  description:
    'Path of the host under which the proxy shows this server, when it does not take the path away: /chat. Absent: the root.',
})
const dataDir = t.String({
  minLength: 1,
  maxLength: 4_096,
  default: './data',
  description:
    'Folder of the SQLite file and of the secrets, for this server alone. Made when missing, with mode 0700.',
})
const databaseUrl = t.Optional(
  t.String({
    maxLength: 2_048,
    pattern: '^mysql://[^/]+/[^/?]+',
    description:
      'MySQL 8 or MariaDB 10.6 and later: mysql://user:password@host:3306/database. Absent: SQLite in DATA_DIR.',
  }),
)
const redisUrl = t.Optional(
  t.String({
    maxLength: 2_048,
    pattern: '^rediss?://.+',
    description:
      'Redis 7, needed when several servers share a database: redis://host:6379. Absent: one server.',
  }),
)
const redisPrefix = t.String({
  maxLength: 64,
  pattern: '^[\\w.-]{1,64}$',
  default: 'tokenim',
  description: 'Start of all keys and channels in Redis: deployments that share a Redis need different ones.',
})
const publicOrigins = t.Array(t.String({ maxLength: 300, minLength: 1 }), {
  maxItems: 100,
  default: [],
  description:
    'Other origins whose pages may use this server, separated by commas: https://chat.example.org, weapp://wechat-game-runtime. Its own may always.',
})
const logLevel = oneOf('silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace')
const trustProxy = t.Integer({
  minimum: 0,
  maximum: 16,
  default: 0,
  description:
    'Number of reverse proxies in front. Only so many X-Forwarded-For entries are believed; rate limits need the true address.',
})
const unsafeDurability = t.Boolean({
  default: false,
  description:
    '1: start although an acknowledged message may be lost with the power. For tests and experiments.',
})
const rateLimitFactor = t.Integer({
  minimum: 1,
  maximum: 1_000_000,
  default: 1,
  description: 'Multiplies every rate limit. For load tests; 1 is what the limits were chosen for.',
})
const socketsPerAddress = t.Integer({
  minimum: 1,
  maximum: 1_000_000,
  default: 2_000,
  description:
    'Sockets that one address may have open; an IPv6 address counts as its /64. Raise it behind a large NAT.',
})
const connectionsMax = t.Optional(
  t.Integer({
    minimum: 64,
    maximum: 1_000_000,
    description:
      'Connections that may be open at once, of all kinds; six of seven for sockets. Absent: as many as the limit of open files (ulimit -n) allows, 70000 at most.',
  }),
)
const jwtSecret = t.Optional(
  t.String({
    minLength: 32,
    maxLength: 1024,
    description:
      'Signs access tokens; 32 characters or more, the same on all servers. Absent: made at first start and kept in DATA_DIR/secrets.json.',
  }),
)

export const Settings = record({
  PORT: port,
  HOST: host,
  BASE_PATH: basePath,
  DATA_DIR: dataDir,
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl,
  REDIS_PREFIX: redisPrefix,
  PUBLIC_ORIGINS: publicOrigins,
  LOG_LEVEL: { ...logLevel, default: 'info', description: 'What is written to the log, from this level up.' },
  TRUST_PROXY: trustProxy,
  UNSAFE_DURABILITY: unsafeDurability,
  RATE_LIMIT_FACTOR: rateLimitFactor,
  SOCKETS_PER_ADDRESS: socketsPerAddress,
  CONNECTIONS_MAX: connectionsMax,
  JWT_SECRET: jwtSecret,
})
export type Settings = Static<typeof Settings>
export type SettingName = keyof Settings
export const settingNames = Object.keys(Settings.properties) as SettingName[]
