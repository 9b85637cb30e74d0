/**
 * The protocol's version. A test holds the hash of every definition: whoever changes one decides here whether old
 * phones still understand (add a line) or not (raise PROTOCOL_VERSION, and MIN_PROTOCOL_VERSION when support ends).
 *
 * 1  2026-11  Accounts, contacts, one-to-one chat, sync.
 *    2026-11  sync.wait; phones that do not know it never ask.
 *    2026-11  Waits before coming back are drawn from nothing up; a matter of the phone alone.
 *    2026-11  Every number, text and list has its ends (F18); no phone sends anything beyond them.
 *    2026-11  Texts and names show something (T1 to T4); a phone that sends others is refused with invalidInput.
 *    2026-11  accounts.getChallenge, device tokens (A11 to A15); a phone without them signs in while nobody guesses.
 *    2026-11  Passwords of 8 to 128 signs, passwordTooWeak; older phones show their general text for it.
 *    2026-11  Profiles of strangers are left out (A21); phones ask for none but those of people they show.
 *    2026-11  accessForMs beside accessExpiresAt (W25); older phones go on comparing clocks.
 */
export const PROTOCOL_VERSION = 1
export const MIN_PROTOCOL_VERSION = 1
