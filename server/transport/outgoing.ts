/**
 * What many connections are told is measured, joined and encoded once: one after the other they ask for the same, so the
 * last answer is kept (a fan-out to a thousand connections makes one buffer).
 */
export class Outgoing {
  private measured = ''
  private bytes = 0
  private frames: readonly string[] = []
  private joined = ''
  private encoded: string | undefined
  private buffer: Buffer = Buffer.alloc(0)

  /** Bytes of a text in UTF-8. */
  bytesOf(text: string): number {
    if (text !== this.measured) [this.measured, this.bytes] = [text, Buffer.byteLength(text)]
    return this.bytes
  }

  /** The message that carries these frames: one as it is, several as an array (W5). */
  messageOf(frames: readonly string[]): string {
    const [first = ''] = frames
    if (frames.length === 1) return first
    if (!same(frames, this.frames)) [this.frames, this.joined] = [frames, `[${frames.join(',')}]`]
    return this.joined
  }

  /** A text message as a server writes it, header and all: unmasked, in one frame (RFC 6455, 5.2). */
  encode(text: string): Buffer {
    if (text !== this.encoded) [this.encoded, this.buffer] = [text, textMessage(text)]
    return this.buffer
  }
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((frame, n) => frame === b[n])

const finalText = 0x81

function textMessage(text: string): Buffer {
  const bytes = Buffer.byteLength(text)
  const headerBytes = bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10
  const message = Buffer.allocUnsafe(headerBytes + bytes)
  message[0] = finalText
  if (headerBytes === 2) message[1] = bytes
  else if (headerBytes === 4) {
    message[1] = 126
    message.writeUInt16BE(bytes, 2)
  } else {
    message[1] = 127
    message.writeBigUInt64BE(BigInt(bytes), 2)
  }
  message.write(text, headerBytes)
  return message
}
