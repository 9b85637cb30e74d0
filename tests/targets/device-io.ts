/** Network of a phone that runs in Node: uni.request and uni.connectSocket over the real thing. */
import { WebSocket } from 'ws'

interface RequestOptions {
  url: string
  method?: string
  header?: Record<string, string>
  data?: unknown
  success?: (result: {
    statusCode: number
    data: unknown
    header: Record<string, string>
    errMsg: string
  }) => void
  fail?: (error: { errMsg: string }) => void
  complete?: () => void
}
interface SocketOptions {
  url: string
  success?: () => void
  fail?: (error: { errMsg: string }) => void
  complete?: () => void
}
type Listener = (event: unknown) => void

export interface DeviceIo {
  request(options: RequestOptions): { abort(): void }
  connectSocket(options: SocketOptions): object
  /** False: nothing goes out and what was open breaks, as in a lift. */
  setOnline(online: boolean): void
  /** Ends everything, as the end of the process does. */
  shutDown(): void
}

export function createDeviceIo(): DeviceIo {
  const sockets = new Set<WebSocket>()
  let online = true
  const breakAll = () => {
    for (const socket of sockets) socket.terminate()
    sockets.clear()
  }
  return {
    request(options) {
      const abort = new AbortController()
      if (online) void send(options, abort.signal)
      else setTimeout(() => refuse(options, 'request:fail'), 0)
      return { abort: () => abort.abort() }
    },
    connectSocket(options) {
      const socket = new WebSocket(online ? options.url : 'ws://127.0.0.1:1/')
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      options.complete?.()
      return taskOf(socket)
    },
    setOnline(value) {
      online = value
      if (!online) breakAll()
    },
    shutDown() {
      online = false
      breakAll()
    },
  }
}

function refuse({ fail, complete }: RequestOptions, errMsg: string): void {
  fail?.({ errMsg })
  complete?.()
}

/** The body is sent as given, like uni does; the answer is parsed, as its `dataType: json` asks. */
async function send(options: RequestOptions, signal: AbortSignal): Promise<void> {
  const { url, method = 'GET', header = {}, data } = options
  try {
    const body = data === undefined ? undefined : typeof data === 'string' ? data : JSON.stringify(data)
    const answer = await fetch(url, { method, headers: header, signal, ...(body !== undefined && { body }) })
    const text = await answer.text()
    options.success?.({
      statusCode: answer.status,
      data: parsed(text),
      header: Object.fromEntries(answer.headers),
      errMsg: 'request:ok',
    })
    options.complete?.()
  } catch (error) {
    refuse(options, signal.aborted ? 'request:fail abort' : `request:fail ${String(error)}`)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function taskOf(socket: WebSocket): object {
  socket.on('error', () => undefined)
  return {
    onOpen: (listener: Listener) => socket.on('open', () => listener({})),
    onMessage: (listener: Listener) =>
      socket.on('message', (data: Buffer) => listener({ data: data.toString() })),
    onClose: (listener: Listener) => socket.on('close', (code) => listener({ code })),
    onError: (listener: Listener) => socket.on('error', (error) => listener({ errMsg: String(error) })),
    send({ data, success, fail }: { data: string; success?: Listener; fail?: Listener }) {
      socket.send(data, (error) => (error ? fail?.({ errMsg: String(error) }) : success?.({})))
    },
    close: ({ code }: { code?: number } = {}) => socket.close(code ?? 1000),
  }
}
