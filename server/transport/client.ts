/** The built H5 client at /, or a page that says how to build it. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

export async function serveClient(http: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(path.join(folder, 'index.html'))) {
    http.get('/', (_request, reply) => reply.code(503).type('text/html; charset=utf-8').send(notBuilt))
    return
  }
  await http.register(fastifyStatic, {
    root: folder,
    cacheControl: false,
    setHeaders(reply, file) {
      // File names in assets/ carry a hash of their content.
      const lasting = file.includes(`${path.sep}assets${path.sep}`)
      void reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
}

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>TokenIM</title>
<style>:root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;margin:3rem auto;max-width:36rem;padding:0 1rem}</style>
<h1>The server runs, the client is not built</h1>
<p>Run <code>npm run build:h5</code> and start the server again. <code>npm run demo</code> does everything at once.</p>
<p>The API works already: <a href="/api/docs">/api/docs</a>.</p></html>
`
