import type { SocketPort } from '../engine/ports'

/** One socket at a time through uni; knows texts, not what they mean. `url` is asked at each opening. */
export function createSocket(url: () => string): SocketPort {
  return {
    open(events) {
      let over = false
      const end = () => {
        if (over) return
        over = true
        events.closed()
      }
      /** Some platforms report a failure inside the very call. */
      const endLater = () => void setTimeout(end, 0)
      // With `complete` the call gives the task instead of a promise, whatever its type says.
      const task = uni.connectSocket({
        url: url(),
        fail: endLater,
        complete: () => undefined,
      }) as unknown as UniApp.SocketTask | undefined
      task?.onOpen(() => {
        if (!over) events.opened()
      })
      task?.onMessage(({ data }: { data: unknown }) => {
        if (!over && typeof data === 'string') events.text(data)
      })
      task?.onClose(end)
      task?.onError(end)
      if (!task) endLater()
      return {
        send: (data) => task?.send({ data, fail: endLater }),
        close() {
          over = true
          task?.close({ code: 1000 })
        },
      }
    },
  }
}
