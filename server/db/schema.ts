/** The words of migrations, on both databases. */
import type { Connection } from './connection'

export interface Schema {
  /** 53-bit integer: ids, versions, times, counts. */
  readonly int: string
  readonly intOrNull: string
  /** Text of at most `chars` characters, compared byte by byte, trailing spaces included (D5). May be a key. */
  readonly text: (chars: number) => string
  readonly textOrNull: (chars: number) => string
  /** Text of up to 16 MB; never a key. */
  readonly long: string
  /**
   * Statements that make a table with what its brackets hold (columns, keys, checks) and, by name, its other indexes.
   * They may run again: MySQL does not roll back a migration that died half-way.
   */
  readonly table: (
    name: string,
    brackets: readonly string[],
    indexes?: Readonly<Record<string, string>>,
  ) => string[]
  /** Takes an index from a table. May run again, as `table`; on MySQL 8 itself only once (it knows no IF EXISTS here). */
  readonly dropIndex: (table: string, index: string) => string[]
}

export const schemaOf = async (connection: Connection): Promise<Schema> =>
  connection.dialect === 'sqlite' ? sqlite : mysql(await binaryCollation(connection))

const sqlite: Schema = {
  int: 'INTEGER NOT NULL',
  intOrNull: 'INTEGER',
  text: () => 'TEXT NOT NULL',
  textOrNull: () => 'TEXT',
  long: 'TEXT NOT NULL',
  table: (name, brackets, indexes = {}) => [
    `CREATE TABLE IF NOT EXISTS ${name} (${brackets.join(', ')})`,
    ...Object.entries(indexes).map(
      ([index, columns]) => `CREATE INDEX IF NOT EXISTS ${index} ON ${name} (${columns})`,
    ),
  ],
  dropIndex: (_table, index) => [`DROP INDEX IF EXISTS ${index}`],
}

/**
 * Every text is utf8mb4 with a binary collation that does not pad: `ascii_bin` and `utf8mb4_bin` take 'a' and 'a ' for the
 * same, and comparing an `ascii` column with other text may fail (tried on MariaDB 10.11).
 */
function mysql(collation: string): Schema {
  const text = `CHARACTER SET utf8mb4 COLLATE ${collation}`
  return {
    int: 'BIGINT NOT NULL',
    intOrNull: 'BIGINT NULL',
    text: (chars) => `VARCHAR(${chars}) ${text} NOT NULL`,
    textOrNull: (chars) => `VARCHAR(${chars}) ${text} NULL`,
    long: `MEDIUMTEXT ${text} NOT NULL`,
    table(name, brackets, indexes = {}) {
      const inside = Object.entries(indexes).map(([index, columns]) => `INDEX ${index} (${columns})`)
      return [
        `CREATE TABLE IF NOT EXISTS ${name} (${[...brackets, ...inside].join(', ')}) ENGINE=InnoDB DEFAULT ${text}`,
      ]
    },
    dropIndex: (table, index) => [`ALTER TABLE ${table} DROP INDEX /*M! IF EXISTS */ ${index}`],
  }
}

const binaryCollations = ['utf8mb4_nopad_bin', 'utf8mb4_0900_bin']

async function binaryCollation(connection: Connection): Promise<string> {
  const known = await connection.all<{ name: string }>(
    'SELECT collation_name AS name FROM information_schema.collations WHERE collation_name IN (?, ?)',
    binaryCollations,
  )
  const found = binaryCollations.find((wanted) => known.some(({ name }) => name === wanted))
  if (!found) throw new Error(`the database has none of ${binaryCollations.join(', ')}`)
  return found
}
