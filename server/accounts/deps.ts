import type { Challenges } from './challenges'
import type { Passwords } from './passwords'
import type { Tokens } from './tokens'

/** What app.ts hands to the operations of accounts. */
export interface AccountsDeps {
  tokens: Tokens
  passwords: Passwords
  challenges: Challenges
}
