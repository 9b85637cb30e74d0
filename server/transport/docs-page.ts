/** A page for people, made from the OpenAPI document. No script, nothing from elsewhere. */
interface Document {
  info: { version: string; description: string }
  paths: Record<string, Record<string, Operation>>
  'x-events': Record<string, { description: string; data: unknown }>
  'x-errors': Record<string, { http: number; retry: string }>
}
interface Operation {
  summary: string
  security: unknown[]
  'x-limit': { per: string; count: number; windowMs: number }
  'x-repeat'?: string
  requestBody?: { content: Record<string, { schema: unknown }> }
  responses: Record<string, { description: string; content: Record<string, { schema: unknown }> }>
}

/** HTML of the reference at /api/docs. */
export function docsPage(document: unknown): string {
  const { info, paths, 'x-events': events, 'x-errors': errors } = document as Document
  const operations = Object.entries(paths).map(([path, methods]) => operationHtml(path, methods))
  const eventList = Object.entries(events).map(
    ([name, { description, data }]) =>
      `<section id="${name}"><h3><code>${name}</code></h3><p>${escape(description)}</p>${schemaHtml('Data', data)}</section>`,
  )
  const errorRows = Object.entries(errors).map(
    ([code, { http, retry }]) => `<tr><td><code>${code}</code></td><td>${http}</td><td>${retry}</td></tr>`,
  )
  const links = Object.keys(paths).map((path) => `<li><a href="#${nameOf(path)}">${nameOf(path)}</a></li>`)
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>TokenIM API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head><body><main>
<h1>TokenIM API</h1><p>Protocol ${escape(info.version)}. ${escape(info.description)}</p>
<p><a href="/api/openapi.json">OpenAPI 3.1 document</a></p><nav><ul>${links.join('')}</ul></nav>
<h2>Operations</h2>${operations.join('')}<h2>Events</h2>${eventList.join('')}
<h2>Errors</h2><table><thead><tr><th>Code</th><th>HTTP</th><th>Retry</th></tr></thead><tbody>${errorRows.join('')}</tbody></table>
</main></body></html>`
}

function operationHtml(path: string, methods: Record<string, Operation>): string {
  const { post } = methods
  if (!post) return ''
  const { count, per, windowMs } = post['x-limit']
  const facts = [
    Object.keys(methods).join(', ').toUpperCase(),
    post.security.length ? 'signed in' : 'public',
    `${count} per ${windowMs / 1000} s and ${per}`,
    ...(post['x-repeat'] ? [`repeat: ${post['x-repeat']}`] : []),
  ]
  const failures = Object.entries(post.responses).filter(([status]) => status !== '200')
  const list = failures.map(
    ([status, { description }]) => `<li>${status}: <code>${escape(description)}</code></li>`,
  )
  return `<section id="${nameOf(path)}"><h3><code>${path}</code></h3><p>${escape(post.summary)}</p>
<p class="facts">${facts.map(escape).join(' · ')}</p>
${schemaHtml('Input', post.requestBody?.content['application/json']?.schema)}
${schemaHtml('Output', post.responses['200']?.content['application/json']?.schema)}
<details><summary>Refusals</summary><ul>${list.join('')}</ul></details></section>`
}

const nameOf = (path: string): string => path.replace('/api/', '')

const schemaHtml = (title: string, schema: unknown): string =>
  `<details><summary>${title}</summary><pre>${escape(JSON.stringify(schema, null, 2))}</pre></details>`

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[mark] ?? mark)

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0}
main{max-width:52rem;margin:0 auto;padding:1rem}section{border-block-end:1px solid #8884;padding-block-end:1rem}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}pre{overflow:auto;background:#8882;padding:.75rem;border-radius:6px}
.facts{opacity:.7;font-size:.9em}nav ul{columns:2;padding-inline-start:1.2rem}table{border-collapse:collapse}
td,th{padding:.25rem .75rem;text-align:start;border-block-end:1px solid #8884}`
