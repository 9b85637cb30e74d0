/** The engine's ports, made of uni and what each target has. Every #ifdef for input and output stands in this folder. */
import type { OwnerPort, Ports, StorePort } from '../engine/ports'
import { ownName, serverUrl, socketUrl } from './address'
import { createClock } from './clock'
import { createDevice } from './device'
import { createDice, cryptoSource, pooledSource, type ByteSource, type GetRandomValues } from './dice'
import { createHttp } from './http'
import { createH5Owner, soleOwner } from './owner'
import { noteKeeping } from './keeping'
import { createSocket } from './socket'
import { createAppStore, type PlusSqlite } from './store-app'
import { guardedStore } from './store-guarded'
import { createH5Store } from './store-h5'
import { createMpStore } from './store-mp'
import { createWork, ownHasher, webHasher, type Hasher } from './work'

export { watchNetwork } from './network'

declare const plus: { sqlite: PlusSqlite }
declare const wx: { getRandomValues?: GetRandomValues }

/** Everything the engine needs of this platform. Opens nothing yet. */
export function createPorts(): Ports {
  return {
    clock: createClock(),
    dice: createDice(byteSource()),
    socket: createSocket(socketUrl),
    http: createHttp(serverUrl),
    store: guardedStore(keyValueStore, noteKeeping),
    owner: owner(),
    work: createWork(hasher()),
    device: createDevice(),
  }
}

function keyValueStore(): StorePort {
  let store: StorePort
  // #ifdef H5
  store = createH5Store(ownName('tokenim'))
  // #endif
  // #ifdef APP-PLUS
  store = createAppStore(plus.sqlite)
  // #endif
  // #ifdef MP-WEIXIN
  store = createMpStore(uni)
  // #endif
  return store
}

function byteSource(): ByteSource {
  let source: ByteSource
  // #ifdef MP-WEIXIN
  source = pooledSource(wx.getRandomValues)
  // #endif
  // #ifndef MP-WEIXIN
  source = cryptoSource()
  // #endif
  return source
}

/** Pages that are not served by https have no WebCrypto, and neither have the other targets. */
function hasher(): Hasher {
  let hash = ownHasher
  // #ifdef H5
  if (typeof crypto === 'object' && (crypto.subtle as SubtleCrypto | undefined))
    hash = webHasher(crypto.subtle)
  // #endif
  return hash
}

function owner(): OwnerPort {
  let port = soleOwner
  // #ifdef H5
  port = createH5Owner()
  // #endif
  return port
}
