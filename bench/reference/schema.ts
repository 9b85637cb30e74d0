import Database from 'libsql'

/** Opens the tutorial server's database, as durable as ours. */
export function openDatabase(file: string): Database.Database {
  const db = new Database(file)
  db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
    CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, sender TEXT, receiver TEXT, text TEXT, at INTEGER);
    CREATE INDEX IF NOT EXISTS by_pair ON messages (sender, receiver, at);`)
  return db
}

/** So many messages of each of `pairs` users to their other halves. */
export function fillDatabase(file: string, pairs: number, messages: number): void {
  const db = openDatabase(file)
  db.exec(`PRAGMA synchronous=OFF;
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${pairs * messages})
    INSERT INTO messages (sender, receiver, text, at)
    SELECT 'a' || (i / ${messages}), 'b' || (i / ${messages}), '${text}', 1735700000000 + i FROM n WHERE ${messages} > 0`)
  db.close()
}

export function countMessages(file: string): number {
  const db = openDatabase(file)
  try {
    return (db.prepare('SELECT COUNT(*) AS count FROM messages').get() as { count: number }).count
  } finally {
    db.close()
  }
}

const text = 'A message of the usual length that was said long ago. '.repeat(2)
