/** Which bodies count as unread: fixed by kind when the message is sent (rule R4). */
import type { MessageBody } from '../records'

export const isCountable = (kind: MessageBody['kind']): boolean => kind === 'text'
