/** The server in one script of its own, as `npm run build:server` makes it: starts twice as fast as its sources. */
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { build, type Plugin } from 'esbuild'

const root = path.resolve(import.meta.dirname, '../..')

/** A bug or another number to plant: each text stands once in the file, and is replaced. */
export interface Planted {
  /** From the top of the repository. */
  file: string
  texts: readonly (readonly [is: string, becomes: string])[]
}
export interface BuiltServer {
  /** For `launchServer(backend, { entry })`. */
  entry: string
  remove(): void
}

let serial = 0
/** Builds the server, with a bug if one is given. Throws Error when a text to replace is not there, or twice. */
export async function buildServer(bug?: Planted): Promise<BuiltServer> {
  const folder = path.join(root, '.tmp', `server-${process.pid}-${serial++}`)
  const entry = path.join(folder, 'main.js')
  await build({
    absWorkingDir: root,
    entryPoints: ['server/main.ts'],
    outfile: entry,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    plugins: bug ? [planting(bug)] : [],
  })
  return { entry, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function planting({ file, texts }: Planted): Plugin {
  const whole = path.join(root, file)
  let planted = 0
  return {
    name: 'plant',
    setup(at) {
      at.onLoad({ filter: /\.ts$/ }, (loaded) => {
        if (loaded.path !== whole) return undefined
        planted++
        return { contents: plant(readFileSync(whole, 'utf8'), texts), loader: 'ts' }
      })
      at.onEnd(() => {
        if (planted === 0) throw new Error(`the server does not load ${file}`)
      })
    },
  }
}

function plant(text: string, texts: Planted['texts']): string {
  return texts.reduce((now, [is, becomes]) => {
    const parts = now.split(is)
    if (parts.length !== 2) throw new Error(`"${is}" stands ${parts.length - 1} times`)
    return parts.join(becomes)
  }, text)
}
