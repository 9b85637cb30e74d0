/** Writes the pages of docs/ that are made from code: `npm run docs`. tests/golden holds that they are fresh. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { configDoc } from '../server/config'

const page = path.join('docs', 'configuration.md')
writeFileSync(path.resolve(import.meta.dirname, '..', page), configDoc())
console.log(`Written: ${page}`)
