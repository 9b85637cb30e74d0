/** Opens the SQLite file of its first argument, says so, and stays. */
import { openSqlite } from '../../../server/db/sqlite'

try {
  await openSqlite({ file: process.argv[2] ?? '' })
  process.stdout.write('open\n')
  setInterval(() => undefined, 60_000)
} catch (error) {
  process.stdout.write(`${String(error)}\n`)
}
