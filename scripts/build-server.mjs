// Builds the server as plain JavaScript: dist/server/main.js. Its packages stay in node_modules.
import path from 'node:path'
import { build } from 'esbuild'
import { root } from './run.mjs'

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['server/main.ts'],
  outfile: 'dist/server/main.js',
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  metafile: true,
  logLevel: 'warning',
})
for (const [file, { bytes }] of Object.entries(metafile.outputs))
  if (file.endsWith('.js')) console.log(`${path.normalize(file)}  ${Math.ceil(bytes / 1024)} KiB`)
