/** Offers to go on in another protocol (W15): a server may ignore them, and this one takes that of a WebSocket alone. */
import { IncomingMessage } from 'node:http'

/**
 * A request that Node hands to the 'upgrade' listener when it opens a WebSocket, and answers as any other when it offers
 * something else (`Upgrade: h2c`). Node asks `upgrade` once the head of a request is there.
 */
export class Request extends IncomingMessage {
  private offers = false

  get upgrade(): boolean {
    return this.offers && (this.method === 'CONNECT' || opensSocket(this))
  }
  /** It offered another protocol, and is answered in this one. */
  get isDeclined(): boolean {
    return this.offers && !this.upgrade
  }
  /** Set by Node: the head offers another protocol. */
  set upgrade(offers: boolean | null) {
    this.offers = offers === true
  }
}

/** Does the head open a WebSocket? Then `upgrade` names this protocol alone, as the library wants it. */
function opensSocket({ method, headers, url, httpVersionMinor }: IncomingMessage): boolean {
  const offered = (headers.upgrade ?? '').split(',').map((name) => name.trim().toLowerCase())
  if (method !== 'GET' || httpVersionMinor === 0 || !offered.includes('websocket')) return false
  // Under any path: the answer to what is no handshake says so.
  if (headers['sec-websocket-key'] === undefined && !/^[^?]*\/ws(\?|$)/.test(url ?? '')) return false
  headers.upgrade = 'websocket'
  return true
}
