// Builds what is missing, starts the server on a folder of its own, fills it once with people and chats, prints the logins.
import { randomInt } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { listening } from './address.mjs'
import { buildAll, builds, isOld } from './builds.mjs'
import { startChild } from './child.mjs'
import { fill } from './demo-fill.mjs'
import { people } from './demo-world.mjs'
import { root } from './run.mjs'

const dataDir = path.resolve(root, process.env.DATA_DIR || path.join('data', 'demo'))
const database = path.join(dataDir, 'tokenim.db')
const note = path.join(dataDir, 'demo.json')
const { host, port: firstPort } = listening(process.env)
const portsTried = 50

await buildAll(Object.values(builds).filter(isOld))
const wasEmpty = !existsSync(database)
const port = await freePort(firstPort)
const { stop, url } = await startServer(port)
if (wasEmpty) await fillOnce()
tell()

/** The first free port from `first` on. */
async function freePort(first) {
  for (let port = first; port < first + portsTried; port++) {
    if (await isFree(port)) {
      if (port !== first) console.log(`Port ${first} is taken, using ${port}.`)
      return port
    }
  }
  console.error(`No free port from ${first} on. Set PORT.`)
  return process.exit(1)
}
/** A host that cannot be had at all is for the server to refuse, in its words. */
function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', ({ code }) => resolve(code !== 'EADDRINUSE' && code !== 'EACCES'))
    probe.listen({ port, host }, () => probe.close(() => resolve(true)))
  })
}

/** The embedded default, whatever database the environment names. Ends with this process, and this process with it. */
function startServer(port) {
  const { LOG_LEVEL = 'warn' } = process.env
  const env = {
    LOG_LEVEL,
    HOST: host ?? '',
    PORT: String(port),
    DATA_DIR: dataDir,
    DATABASE_URL: '',
    REDIS_URL: '',
  }
  const main = path.join(root, builds.server.output)
  const { child, stop } = startChild([main], { env, stdio: ['ignore', 'inherit', 'pipe'] })
  child.on('exit', (code) => process.exit(code ?? 0))
  return new Promise((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const url = /listens on (http:\/\/\S+)/.exec(line)?.[1]
      if (url) resolve({ stop, url })
      else console.error(line)
    })
  })
}

async function fillOnce() {
  process.stdout.write('Filling the empty database with people and chats … ')
  const password = newPassword()
  try {
    await fill(url, password)
  } catch (error) {
    console.error(`failed: ${error.message}\nRemove ${dataDir} and try again.`)
    return stop()
  }
  writeFileSync(note, `${JSON.stringify({ password }, null, 2)}\n`, { mode: 0o600 })
  console.log('done')
}

/** Letters that cannot be taken for others. A new one for each demo: the server may be seen from the network. */
function newPassword() {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  return Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join('')
}

function tell() {
  console.log(`\nTokenIM demo: ${url}   API: ${url}/api/docs\n`)
  if (existsSync(note)) {
    const { password } = JSON.parse(readFileSync(note, 'utf8'))
    for (const { account, name } of people) console.log(`  ${account.padEnd(10)} ${password}   ${name}`)
    console.log('\nSign in as two of them in two browsers (or one private window) and chat.')
  } else console.log(`${dataDir} holds a database that this demo did not make; it is used as it is.`)
  console.log(
    `Data: ${path.relative(process.cwd(), dataDir) || dataDir} (remove it to start anew). Ctrl-C stops.`,
  )
}
