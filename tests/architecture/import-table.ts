/** The import table of docs/ARCHITECTURE.md as data. The first row that fits a file is the one that counts. */
import type { Row } from './imports'

/** A domain may import the `index.ts` of those before it. */
export const domains = ['media', 'accounts', 'chat', 'contacts', 'groups', 'wallet', 'desk', 'admin'] as const
const anyDomain = domains.join('|')

const everything = [/./]
const protocol = /^protocol\//
const crypto = /^node:crypto$/
/** Libraries that one domain alone uses. */
const librariesOf: Partial<Record<(typeof domains)[number], readonly RegExp[]>> = {
  accounts: [
    /^@node-rs\/argon2$/,
    /^@zxcvbn-ts\/(core|language-common)$/,
    /^fast-jwt$/,
    /^pinyin-pro$/,
    /^altcha-lib\/v1$/,
    crypto,
  ],
  chat: [crypto],
  contacts: [/^pinyin-pro$/],
}

const earlier = (domain: (typeof domains)[number]): RegExp[] =>
  domains.slice(0, domains.indexOf(domain)).map((name) => new RegExp(`^server/${name}(/index)?$`))

const domainRows: Row[] = domains.map((domain) => ({
  files: new RegExp(`^server/${domain}/`),
  may: [
    new RegExp(`^server/${domain}/`),
    ...earlier(domain),
    protocol,
    /^server\/handle$/,
    ...(librariesOf[domain] ?? []),
  ],
  types: [/^server\/db\//, /^server\/sync\/sources$/],
}))

export const importTable: readonly Row[] = [
  // protocol
  { files: /^protocol\/define\.ts$/, may: [/^@sinclair\/typebox(\/compiler)?$/], types: [protocol] },
  { files: /^protocol\/rules\//, may: [/^protocol\/rules\//], types: [protocol] },
  { files: /^protocol\//, may: [protocol] },

  // client
  {
    files: /^src\/engine\//,
    may: [/^src\/engine\//, /^protocol\/(wire|errors|limits|ids|version)$/, /^protocol\/rules\//],
    types: [protocol],
  },
  {
    files: /^src\/platform\//,
    may: [
      /^src\/platform\//,
      /^src\/engine\/ports$/,
      /^axios$/,
      /^@uni-helper\/axios-adapter$/,
      /^idb$/,
      /^crypto-js\//,
      /^@dcloudio\/uni-app$/,
    ],
  },
  {
    files: /^src\/stores\//,
    may: [
      /^src\/stores\//,
      /^(vue|pinia|dayjs)(\/|$)/,
      /^src\/engine\/face$/,
      /^src\/i18n(\/|$)/,
      /^protocol\/(errors|limits)$/,
      /^protocol\/rules\//,
    ],
    types: [/^src\/engine\//, protocol],
  },
  { files: /^src\/i18n\//, may: [/^src\/i18n\//, /^vue-i18n$/] },
  {
    files: /^src\/components\//,
    may: [
      /^src\/components\//,
      /^(vue|dayjs|unicode-segmenter)(\/|$)/,
      /^src\/i18n$/,
      /^protocol\/limits$/,
      /^protocol\/rules\//,
    ],
    types: [protocol, /^src\/engine\/face$/],
  },
  {
    files: /^src\/(pages|pkg-[a-z-]+)\//,
    may: [
      /^src\/(pages|pkg-[a-z-]+|stores|components|i18n)(\/|$)/,
      /^vue$/,
      /^@dcloudio\/uni-app$/,
      /^protocol\/limits$/,
    ],
    types: [protocol, /^src\/engine\/face$/],
  },
  { files: /^src\/[^/]+$/, may: everything },

  // server: pure files and SQL before the rest of their domain
  { files: new RegExp(`^server/(${anyDomain})/(rules|ledger|split|route)\\.ts$`), may: [protocol] },
  {
    files: new RegExp(`^server/(${anyDomain})/sql\\.ts$`),
    may: [/^server\/db\//],
    types: [protocol, /^server\/handle$/, /^kysely$/],
  },
  ...domainRows,
  {
    files: /^server\/sync\//,
    may: [/^server\/(sync|db|bus)\//, protocol, /^server\/handle$/, /^node:buffer$/],
  },
  {
    files: /^server\/transport\//,
    may: [
      /^server\/transport\//,
      protocol,
      nodeOf('http|net|stream|path|fs|crypto|url|util|zlib'),
      /^(fastify|ws)$/,
      /^@fastify\//,
    ],
    types: [/^server\/(app|dispatch|handle|log)$/, /^server\/(bus|sync)\//],
  },
  {
    files: /^server\/legacy\//,
    may: [/^server\/legacy\//, protocol],
    types: [/^server\/(dispatch|handle)$/],
  },
  {
    files: /^server\/(db\/|ids$)/,
    may: [
      /^server\/db\//,
      nodeOf('fs|fs/promises|path|os|crypto|url|async_hooks'),
      /^(libsql|kysely|mysql2)(\/|$)/,
    ],
    types: [/^protocol\//],
  },
  { files: /^server\/bus\//, may: [/^server\/bus\//, /^ioredis$/], types: [protocol] },
  { files: /^server\/files\//, may: [/^server\/files\//, nodeOf('fs|fs/promises|path|crypto|stream')] },
  { files: /^server\/(app|main|store|writer|writer-thread)\.ts$/, may: everything },
  {
    files: /^server\/(config|environment|settings|secrets|private)\.ts$/,
    // An origin is read in one way, whether a setting or a page names it.
    may: [
      /^protocol\/define$/,
      /^server\/(environment|settings|secrets|private|transport\/origin)$/,
      nodeOf('fs|path|crypto'),
    ],
  },
  {
    files: /^server\/(limiter(-shared)?|counts)\.ts$/,
    may: [/^rate-limiter-flexible$/, /^server\/(limiter|counts|transport\/address)$/],
    types: [protocol, /^server\/bus\//, /^ioredis$/],
  },
  { files: /^server\/log\.ts$/, may: [/^pino$/] },
  { files: /^server\/loop-delay\.ts$/, may: [nodeOf('perf_hooks')] },
  // the funnel, and small files of the server that it is made of
  {
    files: /^server\/[a-z-]+\.ts$/,
    may: [
      protocol,
      /^server\/(db|sync)\//,
      /^server\/(?!(app|main|store|writer|writer-thread|config|environment|settings|secrets|private|log)$)[a-z-]+$/,
      crypto,
    ],
    types: [/^server\/log$/],
  },

  // nobody imports these
  { files: /^(tests|bench|scripts)\//, may: everything },
  { files: /^[^/]+$/, may: everything },
]

/** Modules of Node, by name. */
function nodeOf(names: string): RegExp {
  return new RegExp(`^node:(${names})$`)
}
