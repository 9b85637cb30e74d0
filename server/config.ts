/** Reads the settings from the environment and an optional JSON file (TOKENIM_CONFIG). The environment wins. */
import { readFileSync } from 'node:fs'
import { compile } from '../protocol/define'
import { ConfigError, fromEnvironment } from './environment'
import { keepPrivate } from './private'
import { keptSecret } from './secrets'
import { Settings } from './settings'
import { originOf } from './transport/origin'

export { ConfigError }

export interface Config {
  readonly port: number
  /** Absent: every network. */
  readonly host: string | undefined
  /** As `/chat`; empty: the root. */
  readonly basePath: string
  readonly dataDir: string
  /** Absent: SQLite in dataDir. */
  readonly databaseUrl: string | undefined
  /** Absent: one server, hints stay in memory. */
  readonly redisUrl: string | undefined
  /** Start of all keys and channels in Redis. */
  readonly redisPrefix: string
  readonly publicOrigins: readonly string[]
  readonly logLevel: Settings['LOG_LEVEL']
  readonly trustProxy: number
  readonly unsafeDurability: boolean
  readonly rateFactor: number
  readonly socketsPerAddress: number
  /** Absent: what the limit of open files allows. */
  readonly connectionsMax: number | undefined
  readonly jwtSecret: string
  /** Folder and files that others could open until now. */
  readonly tightened: readonly string[]
}

const check = compile(Settings)
const distinctCharsMin = 10

/**
 * The configuration of this process. Makes DATA_DIR/secrets.json at the first start, for nobody else to open (D14). Throws
 * ConfigError on the first setting that is wrong.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const settings = validated({ ...defaults(), ...fromFile(env.TOKENIM_CONFIG), ...fromEnvironment(env) })
  const usesFolder = settings.DATABASE_URL === undefined || settings.JWT_SECRET === undefined
  const tightened = usesFolder ? keepPrivate(settings.DATA_DIR) : []
  return {
    port: settings.PORT,
    host: settings.HOST?.replace(/^\[(.*)\]$/, '$1'),
    basePath: settings.BASE_PATH.replace(/\/$/, ''),
    dataDir: settings.DATA_DIR,
    databaseUrl: settings.DATABASE_URL,
    redisUrl: settings.REDIS_URL,
    redisPrefix: settings.REDIS_PREFIX,
    publicOrigins: settings.PUBLIC_ORIGINS.map(pageOrigin),
    logLevel: settings.LOG_LEVEL,
    trustProxy: settings.TRUST_PROXY,
    unsafeDurability: settings.UNSAFE_DURABILITY,
    rateFactor: settings.RATE_LIMIT_FACTOR,
    socketsPerAddress: settings.SOCKETS_PER_ADDRESS,
    connectionsMax: settings.CONNECTIONS_MAX,
    jwtSecret: secretOf(settings),
    tightened,
  }
}

function validated(values: Record<string, unknown>): Settings {
  const issue = check(values)
  if (issue) throw new ConfigError(`${issue.path.slice(1).replaceAll('/', '.')}: ${issue.message}`)
  return values as Settings
}

/** An origin as pages send it. Throws ConfigError for what no page ever sends. */
function pageOrigin(text: string, place: number): string {
  const origin = originOf(text.replace(/\/$/, ''))
  if (origin !== undefined) return origin
  throw new ConfigError(
    `PUBLIC_ORIGINS.${place}: is no origin. One is scheme and host, with the port where it is not the usual one: ` +
      'https://chat.example.org, http://localhost:5173, weapp://wechat-game-runtime. There are no wildcards, and null is none',
  )
}

function secretOf(settings: Settings): string {
  const { JWT_SECRET: given, REDIS_URL: redis, DATA_DIR: folder } = settings
  if (given === undefined) {
    if (redis)
      throw new ConfigError('JWT_SECRET: several servers (REDIS_URL) need the same one: set it on each')
    return keptSecret(folder)
  }
  if (new Set(given).size < distinctCharsMin)
    throw new ConfigError(`JWT_SECRET: too weak, fewer than ${distinctCharsMin} different characters`)
  return given
}

const defaults = (): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(Settings.properties).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, value as unknown]],
    ),
  )

function fromFile(path: string | undefined): Record<string, unknown> {
  if (!path) return {}
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch (cause) {
    throw new ConfigError(`TOKENIM_CONFIG: ${path} cannot be read as JSON`, { cause })
  }
  throw new ConfigError(`TOKENIM_CONFIG: ${path} is not a JSON object`)
}

/** The page docs/configuration.md. */
export function configDoc(): string {
  const rows = Object.entries(Settings.properties).map(
    ([name, { description, default: value }]) => `| \`${name}\` | ${shown(value)} | ${description ?? ''} |`,
  )
  return `${intro}\n| Setting | Default | Meaning |\n|---|---|---|\n${rows.join('\n')}\n`
}

const shown = (value: unknown): string =>
  value === undefined
    ? 'absent'
    : Array.isArray(value)
      ? 'none'
      : `\`${JSON.stringify(value).replaceAll('"', '')}\``

const intro = `# Configuration

Settings come from environment variables or from a JSON file named by \`TOKENIM_CONFIG\`, under the same names; the
environment wins. A setting that is unknown, wrong or weak stops the start with a message that names it: in the environment, any
\`TOKENIM_…\` but those that Kubernetes and Docker set for a service of that name. An empty variable counts as absent; a switch
takes \`1\`, \`true\`, \`0\` or \`false\`.
`
