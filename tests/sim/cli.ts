/** `npm run sim -- --seed 42 --phones 5 --acts 300`: one seed, told in full. `--seeds 1000` runs many and tells failures. */
import { parseArgs } from 'node:util'
import { runSeed } from './run'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    phones: { type: 'string', default: '5' },
    acts: { type: 'string', default: '300' },
  },
})
const first = Number(values.seed)
const many = Number(values.seeds)
const options = { phones: Number(values.phones), acts: Number(values.acts) }
let failed = 0
for (let seed = first; seed < first + many; seed++) {
  const report = await runSeed(seed, options)
  if (many === 1) console.log(report.log.join('\n'))
  if (many === 1 || report.broken.length) console.log(`seed ${seed}`, report.counts)
  for (const line of report.broken) console.log(`  BROKEN: ${line}`)
  if (report.broken.length) failed++
}
console.log(`${many - failed} of ${many} seeds hold every law`)
process.exitCode = failed ? 1 : 0
