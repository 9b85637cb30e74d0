import type { Schema } from '../schema'

/**
 * Messages are found by seq alone: as long as no message changes after it was sent, what changed after a version is the
 * tail of the conversation (chat/sql.ts). The index cost a tenth of a message (docs/performance.md).
 */
export const messagesBySeq = ({ dropIndex }: Schema): string[] => dropIndex('messages', 'messages_by_version')
