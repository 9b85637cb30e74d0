/** A page for people, made from the OpenAPI document. No script, nothing from elsewhere. */
import { escape, prose, schemaHtml, type Schema } from './docs-schema'

interface Operation {
  summary: string
  security: unknown[]
  'x-limit': { per: string; count: number; windowMs: number }
  'x-repeat'?: string
  requestBody: Content
  responses: Record<string, Content & { description: string }>
}
interface Content {
  content: { 'application/json': { schema: Schema } }
}
interface Document {
  info: { version: string; description: string }
  paths: Record<string, { post: Operation; get?: Operation }>
  components: { schemas: Record<string, Schema> }
  'x-frames': Record<string, { from: string; shape: string; doc: string }>
  'x-close-codes': Record<string, number>
  'x-events': Record<string, { description: string; data: Schema }>
  'x-errors': Record<string, { http: number; retry: string }>
  'x-limits': Record<string, unknown>
}

/** HTML of the reference at /api/docs. */
export function docsPage(document: unknown): string {
  const { info, paths, components, ...rest } = document as Document
  const names = Object.keys(paths).map(nameOf)
  const frames = Object.entries(rest['x-frames']).map(([t, { from, shape, doc }]) => [
    code(t),
    from,
    code(shape),
    prose(doc),
  ])
  const failures = Object.entries(rest['x-errors']).map(([name, { http, retry }]) => [
    code(name),
    String(http),
    retry,
  ])
  const events = Object.entries(rest['x-events']).map(([name, { description, data }]) =>
    section(name, name, `<p>${prose(description)}</p>${schemaHtml('Data', data)}`),
  )
  const schemas = Object.entries(components.schemas).map(([name, schema]) =>
    section(name, name, schemaHtml('', schema)),
  )
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>TokenIM API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><style>${style}</style></head><body><main>
<h1>TokenIM API</h1><p>Protocol ${escape(info.version)}. ${prose(info.description)}</p>
<p><a href="openapi.json">OpenAPI 3.1 document</a></p>
<nav><ul>${[...names, ...chapters].map((name) => `<li><a href="#${name}">${name}</a></li>`).join('')}</ul></nav>
<h2>Operations</h2>${Object.entries(paths).map(operationHtml).join('')}
<h2 id="Frames">Frames</h2>${table(['t', 'From', 'Shape', ''], frames)}
<h3>Close codes</h3>${pairs(rest['x-close-codes'])}
<h2 id="Events">Events</h2>${events.join('')}
<h2 id="Records">Records</h2>${schemas.join('')}
<h2 id="Errors">Errors</h2><p>After <code>never</code> the call is given up, after <code>same</code> it is sent again at once, after
<code>later</code> when some time has passed, both with the same clientId.</p>${table(['Code', 'HTTP', 'Retry'], failures)}
<h2 id="Limits">Limits</h2>${pairs(rest['x-limits'])}
</main></body></html>`
}

const chapters = ['Frames', 'Events', 'Records', 'Errors', 'Limits']

function operationHtml([path, { get, post }]: [string, Document['paths'][string]]): string {
  const { count, per, windowMs } = post['x-limit']
  const facts = [
    get ? 'GET, POST' : 'POST',
    post.security.length ? 'signed in' : 'public',
    `${count} per ${windowMs / 1000} s and ${per}`,
    ...(post['x-repeat'] ? [`repeat: ${post['x-repeat']}`] : []),
  ]
  const { 200: done, ...others } = post.responses
  const refusals = Object.entries(others).map(([status, { description }]) => `${status} ${code(description)}`)
  const body = `<p>${prose(post.summary)}</p><p class="facts">${facts.map(escape).join(' · ')}</p>
${schemaHtml('Input', jsonOf(post.requestBody))}${done ? schemaHtml('Output', jsonOf(done)) : ''}
<p class="facts">Refusals: ${refusals.join(' · ')}</p>`
  return section(nameOf(path), path, body)
}

const jsonOf = ({ content }: Content): Schema => content['application/json'].schema
const nameOf = (path: string): string => path.replace('/api/', '')
const code = (text: string): string => `<code>${escape(text)}</code>`
const section = (id: string, title: string, body: string): string =>
  `<section id="${escape(id)}"><h3>${code(title)}</h3>${body}</section>`
const pairs = (values: Record<string, unknown>): string =>
  table(
    ['', ''],
    Object.entries(values).map(([name, value]) => [code(name), escape(JSON.stringify(value))]),
  )
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table><thead><tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr></thead><tbody>${rows
    .map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
    .join('')}</tbody></table>`

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0}
main{max-width:54rem;margin:0 auto;padding:1rem}section{border-block-end:1px solid #8884;padding-block-end:.5rem}
code{font:.9em ui-monospace,monospace;overflow-wrap:break-word}td:first-child{white-space:nowrap}td:last-child{overflow-wrap:anywhere}h2{margin-block-start:2.5rem}
.facts{opacity:.75;font-size:.9em}nav ul{columns:14rem;padding-inline-start:1.2rem}
table{border-collapse:collapse;inline-size:100%;font-size:.92em}caption{text-align:start;font-weight:600}
td,th{padding:.25rem .75rem .25rem 0;text-align:start;vertical-align:top;border-block-end:1px solid #8883}`
