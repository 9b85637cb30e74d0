/** Binds one value of every type, on a real driver. Prints how many were refused; the process must live to say so. */
import { openSqlite } from '../../../server/db/sqlite'

const values: unknown[] = [true, false, undefined, NaN, Infinity, -Infinity, 2 ** 60, 2n ** 70n, 'a\0b']
values.push(
  {},
  { a: 1 },
  [],
  [[1]],
  new Date(),
  /x/,
  new Map(),
  Symbol('s'),
  () => 1,
  Promise.resolve(1),
  new Proxy({}, {}),
)
values.push(
  Object.create(null),
  new ArrayBuffer(2),
  new Float64Array(1),
  new Number(1),
  new Boolean(true),
  new String('s'),
)

const db = await openSqlite({ file: process.argv[2] ?? '' })
let refused = 0
for (const value of values)
  for (const use of ['all', 'run'] as const)
    await db
      .write(async (connection) => connection[use]('SELECT ?', [value as null]))
      .catch((error: unknown) => {
        if (error instanceof TypeError) refused++
        else throw error
      })
await db.close()
process.stdout.write(`refused ${refused} of ${values.length * 2}\n`)
