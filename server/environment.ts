/** Settings as environment variables name them (rule D15). */
import type { TSchema } from '../protocol/define'
import { settingNames, Settings, type SettingName } from './settings'

type Environment = Readonly<Record<string, string | undefined>>

/** A setting that is wrong, unknown or weak. The message names it, and never shows its value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** The settings in `env`, in the types of the schema. Throws ConfigError on a variable of ours that is no setting. */
export function fromEnvironment(env: Environment): Record<string, unknown> {
  const unknown = Object.keys(env).find((name) => isMeant(name) && !isLink(name, env[name]))
  if (unknown) throw new ConfigError(`${unknown}: no such setting; ${hint(unknown)}`)
  return Object.fromEntries(
    settingNames.flatMap((name) => {
      const text = env[name]
      return text === undefined || text === '' ? [] : [[name, parse(name, text)]]
    }),
  )
}

/** Is it meant for this server? Tests have variables of their own. */
const isMeant = (name: string): boolean => /^TOKENIM_(?!CONFIG$|TEST_)/.test(name)

function hint(unknown: string): string {
  const bare = unknown.replace('TOKENIM_', '')
  return settingNames.some((name) => name === bare)
    ? `it is called ${bare}`
    : `they are ${settingNames.join(', ')}`
}

/** Kubernetes and Docker tell a container the addresses of its neighbours, under the neighbour's name: TOKENIM_… for `tokenim`. */
const links: readonly (readonly [name: RegExp, value: RegExp])[] = [
  [/_SERVICE_HOST$/, /^/],
  [/_SERVICE_PORT(_\w+)?$/, /^/],
  [/_PORT$/, /^(tcp|udp|sctp):\/\//],
  [/_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/, /^/],
  // Of Docker's --link alone.
  [/_NAME$/, /^\//],
  [/_ENV_\w+$/, /^/],
]

/** Was this variable set for a neighbour, and not by somebody who meant a setting? */
export const isLink = (name: string, value = ''): boolean =>
  links.some(([names, values]) => names.test(name) && values.test(value))

/** Text of the environment in the type the schema asks for; text that does not fit is left for the schema to refuse. */
function parse(name: SettingName, text: string): unknown {
  const schema: TSchema = Settings.properties[name]
  switch (schema.type) {
    case 'integer':
      return /^\d+$/.test(text) ? Number(text) : text
    case 'boolean':
      return { 1: true, true: true, 0: false, false: false }[text] ?? text
    case 'array':
      return text.split(',').map((item) => item.trim())
    default:
      return text
  }
}
