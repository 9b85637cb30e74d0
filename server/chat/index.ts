/**
 * chat: conversations and what is said in them.
 * Owns conversations, directs, places (one row per conversation and member), messages, and the entries of users' lists.
 * Decides who may speak, read and see; every message takes its seq and version under the lock of its conversation's head.
 * Never knows why two users may speak (contacts decides, and writes through here), nor how rows travel (sync).
 * Later domains may call `directOf`, `openDirect` and `postTip`.
 */
import { listMessages } from './listMessages'
import { markRead } from './markRead'
import { sendMessage } from './sendMessage'

export { directOf, openDirect } from './open-direct'
/** Who shares a conversation with a user (A21). */
export { peersAmong as chatAcquaintances } from './sql'
export { chatAudience, chatSources } from './sources'
export { postTip } from './tip'

export const chatHandlers = () => ({
  'chat.sendMessage': sendMessage,
  'chat.markRead': markRead,
  'chat.listMessages': listMessages,
})
