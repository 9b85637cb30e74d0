/** The built H5 client at /, or a page that says how to build it. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { copiesThatHold } from './copies'

/** Serves `folder`: compressed where the browser takes it (W27), kept for ever where the name says what is in it (W28). */
export async function serveClient(http: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(path.join(folder, 'index.html'))) {
    http.get('/', (_request, reply) => reply.code(503).type('text/html; charset=utf-8').send(notBuilt))
    return
  }
  await http.register(async (scope) => {
    const hold = copiesThatHold()
    const inline = inlineScripts(path.join(folder, 'index.html'))
    scope.addHook('onRequest', async ({ raw }) => {
      const file = fileOf(folder, raw.url ?? '/')
      if (file && !(await hold(file))) delete raw.headers['accept-encoding']
    })
    await scope.register(fastifyStatic, {
      root: folder,
      preCompressed: true,
      cacheControl: false,
      setHeaders(reply, found) {
        // File names in assets/ carry a hash of their content.
        const lasting = found.startsWith(path.join(folder, 'assets') + path.sep)
        void reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache')
        const policy = reply.getHeader('content-security-policy')
        if (inline && typeof policy === 'string' && /\.html(\.\w+)?$/.test(found))
          void reply.header('content-security-policy', policy.replace("script-src 'self'", `$& ${inline}`))
      },
    })
  })
}

/** The policy's words for the scripts that stand in the page itself: what is there now, and nothing else. */
const inlineScripts = (page: string): string =>
  [...readFileSync(page, 'utf8').matchAll(/<script>([^]*?)<\/script>/g)]
    .map(([, code = '']) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`)
    .join(' ')

/** The file that an address means; undefined: none in `folder`. */
function fileOf(folder: string, url: string): string | undefined {
  try {
    const name = decodeURI(url.split('?')[0] ?? '')
    const file = path.join(folder, name.endsWith('/') ? `${name}index.html` : name)
    return file.startsWith(folder + path.sep) && !file.includes('\0') ? file : undefined
  } catch {
    return undefined
  }
}

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>TokenIM</title>
<style>:root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;margin:3rem auto;max-width:36rem;padding:0 1rem}</style>
<h1>The server runs, the client is not built</h1>
<p>Run <code>npm run build:h5</code> and start the server again. <code>npm run demo</code> does everything at once.</p>
<p>The API works already: <a href="api/docs">api/docs</a>.</p></html>
`
