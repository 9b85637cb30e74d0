// The bill of materials: what a production start runs on, as CycloneDX, from the lock file. Made anew each time, never committed.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../run.mjs'
import { runNpm } from './npm.mjs'

const file = path.join('dist', 'sbom.cdx.json')
const args = ['--omit=dev', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application']
const { code, stdout, stderr } = await runNpm(['sbom', ...args])
if (code === 0) {
  mkdirSync(path.join(root, 'dist'), { recursive: true })
  const bill = JSON.parse(stdout)
  // npm takes the folder's name.
  bill.metadata.component.name = 'tokenim'
  writeFileSync(path.join(root, file), `${JSON.stringify(bill, null, 2)}\n`)
  console.log(`Written: ${file}, ${bill.components.length} packages`)
} else console.error(stderr || stdout)
process.exitCode = code === 0 ? 0 : 1
