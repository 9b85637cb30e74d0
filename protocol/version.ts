/**
 * The protocol's version. A test holds the hash of every definition: whoever changes one decides here whether old
 * phones still understand (add a line) or not (raise PROTOCOL_VERSION, and MIN_PROTOCOL_VERSION when support ends).
 *
 * 1  2026-11  Accounts, contacts, one-to-one chat, sync.
 *    2026-11  sync.wait; phones that do not know it never ask.
 */
export const PROTOCOL_VERSION = 1
export const MIN_PROTOCOL_VERSION = 1
