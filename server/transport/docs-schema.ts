/** A JSON Schema as a table that people read: one line per field. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  description?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  pattern?: string
}

export const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[mark] ?? mark)

/** A doc line: what stands between backticks is code. */
export const prose = (text: string): string => escape(text).replace(/`([^`]+)`/g, '<code>$1</code>')

/** HTML of a schema under a title; a record's fields as a table, anything else as one line. */
export function schemaHtml(title: string, schema: Schema): string {
  const { properties, required = [], description = '' } = schema
  const lead = description ? `<p>${prose(description)}</p>` : ''
  if (!properties) return `${lead}<p>${title && `<b>${title}</b> `}${typeHtml(schema)}</p>`
  const rows = Object.entries(properties).map(([name, field]) => {
    const mark = required.includes(name) ? '' : ' <i>optional</i>'
    return `<tr><td><code>${escape(name)}</code>${mark}</td><td>${typeHtml(field)}</td><td>${notes(field)}</td></tr>`
  })
  const body = rows.length ? rows.join('') : '<tr><td>nothing</td></tr>'
  return `${lead}<table>${title && `<caption>${title}</caption>`}<tbody>${body}</tbody></table>`
}

function typeHtml(schema: Schema): string {
  const name = schema.$ref?.split('/').at(-1)
  if (name) return `<a href="#${name}">${name}</a>`
  if ('const' in schema) return `<code>${escape(JSON.stringify(schema.const))}</code>`
  const values = schema.enum?.map((value) => `<code>${escape(JSON.stringify(value))}</code>`)
  if (values) return values.join(' or ')
  if (schema.anyOf) return schema.anyOf.map(typeHtml).join(' or ')
  if (schema.items) return `list of ${typeHtml(schema.items)}`
  if (!schema.properties) return escape([schema.type].flat().join(' or '))
  const fields = Object.entries(schema.properties).map(([key, field]) => `${escape(key)}: ${typeHtml(field)}`)
  return `{ ${fields.join(', ')} }`
}

function notes(schema: Schema): string {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, pattern, description } = schema
  const endless = maximum === Number.MAX_SAFE_INTEGER
  const bounds = [
    range('', minimum, endless ? undefined : maximum),
    range(' characters', minLength, maxLength),
    range(' items', minItems, maxItems),
    pattern && `matches ${pattern}`,
    description,
  ]
  return prose(bounds.filter(Boolean).join('; '))
}

function range(unit: string, from?: number, to?: number): string {
  if (from === undefined && to === undefined) return ''
  if (to === undefined) return `from ${from}${unit}`
  return from === undefined ? `up to ${to}${unit}` : `${from} to ${to}${unit}`
}
