// Types of every world, two compilers at a time; prints everything that failed, not only the first.
import os from 'node:os'
import { bin, runNode, timeText } from './run.mjs'

const tsc = bin('typescript/bin/tsc')
const vueTsc = bin('vue-tsc/bin/vue-tsc.js')
const worlds = [
  ['src (Vue)', [vueTsc, '-p', 'src']],
  ['tests, scripts, bench', [tsc, '-p', '.']],
  ['server', [tsc, '-p', 'server']],
  ['src/engine', [tsc, '-p', 'src/engine']],
  ['protocol', [tsc, '-p', 'protocol']],
]
const failed = []

async function work(queue) {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [name, args] = next
    const start = Date.now()
    const { code, output } = await runNode([...args, '--noEmit', '--pretty', 'false'], { output: 'quiet' })
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${timeText(Date.now() - start)})`)
    if (code !== 0) failed.push({ name, output })
  }
}

const queue = [...worlds]
await Promise.all(Array.from({ length: Math.min(2, os.availableParallelism()) }, () => work(queue)))
for (const { name, output } of failed) console.error(`\n── ${name}\n${output.trim()}`)
console.log(failed.length > 0 ? '\nNext: mend these, then npm run check' : 'Next: npm run lint, npm test')
process.exitCode = failed.length > 0 ? 1 : 0
