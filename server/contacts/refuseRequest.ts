import { handleWrite, ok } from '../handle'
import { loadAnswerable } from './answerable'
import { putRefusal } from './put-request'

/** Closes a request; its sender is not told (C4). */
export const refuseRequest = handleWrite('contacts.refuseRequest', {
  async run({ input, caller }, tx) {
    const request = await loadAnswerable(tx, input.requestId, caller.userId)
    if ('ok' in request) return request
    await putRefusal(tx, request)
    return ok({ at: tx.now() })
  },
})
