// Production start: runs dist/server in this process, so that signals reach it. Settings: docs/configuration.md.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { builds, isBuilt } from './builds.mjs'
import { root } from './run.mjs'

const { server, h5 } = builds
if (!isBuilt(server)) {
  console.error(`The server is not built: ${server.output} is missing.\nNext: npm ci && npm run build`)
  process.exit(1)
}
if (!isBuilt(h5))
  console.error(
    `The H5 client is not built: ${h5.output} is missing. The API works; for the client: ${h5.command}`,
  )
await import(pathToFileURL(path.join(root, server.output)).href)
