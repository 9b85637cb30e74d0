import { limits } from '../../protocol/limits'
import { handleRead, ok, refuse } from '../handle'
import { visibleMessages } from './history'
import { toMessageRow } from './rows'
import { withinBytes } from './rules'
import { placeOf } from './sql'

/** A page of history in seq order, cut by rows and by bytes (W5). A closed place still shows what it could see (V1). */
export const listMessages = handleRead('chat.listMessages', async ({ input, caller, db }) => {
  const { conversationId, beforeSeq, limit } = input
  const place = await placeOf(db, conversationId, caller.userId)
  if (!place) return refuse('notMember')
  const found = await visibleMessages(db, place, beforeSeq - 1, limit + 1)
  const page = withinBytes(found.slice(0, limit), bytesOf, limits.pageBytesMax)
  return ok({ rows: page.map(toMessageRow).reverse(), more: page.length < found.length })
})

/** A message's share of a page: its body, and what stands around it. */
const rowBytesAround = 200
const bytesOf = ({ body_json }: { body_json: string }): number =>
  Buffer.byteLength(body_json) + rowBytesAround
