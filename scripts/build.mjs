// Builds what a production start needs: dist/server and dist/build/h5.
import { buildAll, builds } from './builds.mjs'

await buildAll([builds.server, builds.h5])
console.log('Next: npm start')
