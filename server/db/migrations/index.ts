/** All migrations, in order. One that was released is never changed; the next one is added below it. */
import type { Schema } from '../schema'
import { foundation } from './0001-foundation'
import { notices } from './0002-notices'
import { messagesBySeq } from './0003-messages-by-seq'
import { placesByUser } from './0004-places-by-user'
import { guessing } from './0005-guessing'
import { finds } from './0006-finds'

export interface Migration {
  /** Dense from 1. */
  readonly id: number
  readonly name: string
  /** Statements without binds. Each may run again (MySQL does not roll back DDL). */
  readonly statements: (schema: Schema) => string[]
}

export const migrations: readonly Migration[] = [
  { id: 1, name: 'foundation', statements: foundation },
  { id: 2, name: 'notices', statements: notices },
  { id: 3, name: 'messages by seq', statements: messagesBySeq },
  { id: 4, name: 'places by user', statements: placesByUser },
  { id: 5, name: 'guessing', statements: guessing },
  { id: 6, name: 'finds', statements: finds },
]
