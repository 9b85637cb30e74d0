import type { Schema } from '../schema'

/** Notices to users, by time-ordered id: how nodes learn of them when the bus lost the hint. */
export const notices = ({ int, text, long, table }: Schema): string[] => [
  ...table('notices', [
    `id ${int} PRIMARY KEY`,
    `user_id ${int}`,
    `session_id ${int}`,
    `event ${text(40)}`,
    `data_json ${long}`,
  ]),
]
