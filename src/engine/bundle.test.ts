import path from 'node:path'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

/** What the engine brings into a client: every file, and the text of the bundle. */
async function bundled(): Promise<{ files: string[]; code: string }> {
  const entry = path.join(import.meta.dirname, 'engine.ts')
  const { metafile, outputFiles } = await build({
    entryPoints: [entry],
    absWorkingDir: path.resolve(import.meta.dirname, '../..'),
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    minify: true,
  })
  return { files: Object.keys(metafile.inputs), code: outputFiles[0]!.text }
}

describe('bundle', () => {
  it('[W1] the engine brings no schema library and no operation into a client', async () => {
    const { files, code } = await bundled()
    expect(files).toContain('src/engine/step.ts')
    const others = files.filter((file) => !file.startsWith('src/engine/'))
    const allowed = /^protocol\/(wire|errors|limits|ids|version|rules\/[a-z]+)\.ts$/
    expect(others.filter((file) => !allowed.test(file))).toEqual([])
    expect(files.filter((file) => file.includes('test-'))).toEqual([])
    expect(code).not.toMatch(/typebox|TypeBox/)
    expect(code.length).toBeLessThan(60_000)
  })

  it('[W1] it runs where there is no eval, no timer and no real dice', async () => {
    const { code } = await bundled()
    expect(code).not.toMatch(/\beval\(|new Function|setTimeout|setInterval|Math\.random|Date\.now|new Date/)
  })
})
