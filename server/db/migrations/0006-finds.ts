import type { Schema } from '../schema'

/** Whom somebody found by the exact account: he may see their profiles for a while. */
export const finds = ({ int, table }: Schema): string[] =>
  table('finds', [`user_id ${int}`, `found_id ${int}`, `at ${int}`, 'PRIMARY KEY (user_id, found_id)'])
