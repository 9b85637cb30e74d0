/** Compressed copies of what browsers load, made once at build: the server has them to send. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const compressible = /\.(html|js|css|json|svg|txt|xml|webmanifest|ico|wasm)$/
const makers = {
  br: (bytes: Buffer) => {
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
    return brotliCompressSync(bytes, { params })
  },
  gz: (bytes: Buffer) => gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }),
}

/** Writes `x.br` and `x.gz` beside each compressible file x of `folder` where that is smaller, and removes any others. */
export function compressFolder(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const file = path.join(entry.parentPath, entry.name)
    if (!entry.isFile() || !compressible.test(file)) continue
    const bytes = readFileSync(file)
    for (const [name, make] of Object.entries(makers)) {
      const packed = make(bytes)
      if (packed.length < bytes.length) writeFileSync(`${file}.${name}`, packed)
      else rmSync(`${file}.${name}`, { force: true })
    }
  }
}
