// Draws the tab bar's icons and the favicon into src/static. They are committed: run it only after a change here.
// Native tab bars take local PNG files only. usage: node scripts/icons.mjs
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { crc32, deflateSync } from 'node:zlib'

const root = path.resolve(import.meta.dirname, '../src/static')
const size = 81
const stroke = 2.4

// Shapes are signed distances in units of pixels of an 81 px square: negative is inside.
const circle = (cx, cy, r) => (x, y) => Math.hypot(x - cx, y - cy) - r
const box = (cx, cy, w, h, r) => (x, y) => {
  const dx = Math.abs(x - cx) - w + r
  const dy = Math.abs(y - cy) - h + r
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - r
}
const union =
  (...shapes) =>
  (x, y) =>
    Math.min(...shapes.map((shape) => shape(x, y)))
const both = (a, b) => (x, y) => Math.max(a(x, y), b(x, y))
const without = (a, b) => (x, y) => Math.max(a(x, y), -b(x, y))
const outline = (shape) => (x, y) => Math.abs(shape(x, y) + stroke) - stroke
/** Below the line through (x0, y0) with the given slope. */
const below = (y0) => (_x, y) => y - y0

const ellipse = (cx, cy, a, b) => (x, y) => (Math.hypot((x - cx) / a, (y - cy) / b) - 1) * Math.min(a, b)
const tail = both(box(27, 60, 9, 12, 2), (x, y) => y - 76 + (x - 20) * 1.1)
const bubble = union(ellipse(40.5, 37, 32, 27), tail)
const shoulders = (cx, cy, w, h) => both(box(cx, cy + h, w, h * 2, h * 0.95), below(cy + h))
const person = (cx, scale) => union(circle(cx, 27, 15 * scale), shoulders(cx, 60, 29 * scale, 11))
const front = person(34, 0.92)
const behind = union(circle(57, 30, 10.5), shoulders(61, 60, 15, 11))
const gap = (x, y) => front(x, y) - 4

const icons = {
  chats: [outline(bubble), bubble],
  contacts: [union(outline(front), without(outline(behind), gap)), union(front, without(behind, gap))],
  me: [outline(person(40.5, 1)), person(40.5, 1)],
}

/** Share of the pixel that lies inside, from 16 samples. */
function coverage(shape, px, py, scale) {
  let inside = 0
  for (let i = 0; i < 16; i++) {
    const x = (px + ((i % 4) + 0.5) / 4) * scale
    const y = (py + (Math.floor(i / 4) + 0.5) / 4) * scale
    if (shape(x, y) <= 0) inside++
  }
  return inside / 16
}

/** Draws with `paint(x, y) → [r, g, b, alpha]` and writes an RGBA PNG. */
function writePng(file, side, paint) {
  const raw = Buffer.alloc(side * (side * 4 + 1))
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) raw.set(paint(x, y), y * (side * 4 + 1) + 1 + x * 4)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([8, 6, 0, 0, 0], 8)
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(raw)), chunk('IEND', Buffer.alloc(0))]
  writeFileSync(file, Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]))
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const frame = Buffer.alloc(body.length + 8)
  frame.writeUInt32BE(data.length, 0)
  body.copy(frame, 4)
  frame.writeUInt32BE(crc32(body), body.length + 4)
  return frame
}

const icon = (shape, colour) => (x, y) => [...colour, Math.round(coverage(shape, x, y, 1) * 255)]
const green = [0x07, 0xc1, 0x60]

mkdirSync(path.join(root, 'tab'), { recursive: true })
for (const [name, [off, on]] of Object.entries(icons)) {
  writePng(path.join(root, 'tab', `${name}.png`), size, icon(off, [0x19, 0x19, 0x19]))
  writePng(path.join(root, 'tab', `${name}-dark.png`), size, icon(off, [0xcc, 0xcc, 0xcc]))
  writePng(path.join(root, 'tab', `${name}-on.png`), size, icon(on, green))
}

const side = 192
const plate = box(40.5, 40.5, 40.5, 40.5, 18)
const mark = (x, y) => bubble((x - 40.5) * 1.35 + 40.5, (y - 40.5) * 1.35 + 40.5) / 1.35
writePng(path.join(root, 'favicon.png'), side, (x, y) => {
  const white = coverage(mark, x, y, size / side)
  const mix = green.map((c) => Math.round(c + (255 - c) * white))
  return [...mix, Math.round(coverage(plate, x, y, size / side) * 255)]
})
