import type { Schema } from '../schema'

/** What guessing at passwords has used up, tokens of devices that signed in before, and challenges that were answered. */
export const guessing = ({ int, text, table }: Schema): string[] => [
  ...table(
    'sign_in_budgets',
    [
      `account_key ${text(64)}`,
      `name ${text(40)}`,
      `used_until ${int}`,
      `first_at ${int}`,
      `good_at ${int}`,
      `kept_until ${int}`,
      'PRIMARY KEY (account_key, name)',
    ],
    { sign_in_budgets_by_end: 'kept_until' },
  ),
  ...table(
    'device_tokens',
    [
      `hash ${text(43)} PRIMARY KEY`,
      `user_id ${int}`,
      `session_id ${int}`,
      `used_until ${int}`,
      `created_at ${int}`,
      `used_at ${int}`,
    ],
    { device_tokens_by_user: 'user_id, used_at' },
  ),
  ...table('spent_challenges', [`id ${text(64)} PRIMARY KEY`, `expires_at ${int}`], {
    spent_challenges_by_end: 'expires_at',
  }),
]
