/** The one finger of a touch, as both platforms tell it: on the screen until it is lifted. */
export function fingerOf(type: string): { touches: object[]; changedTouches: object[] } {
  if (!type.startsWith('touch')) return { touches: [], changedTouches: [] }
  const finger = { identifier: 0, clientX: 100, clientY: 300, pageX: 100, pageY: 300 }
  return { touches: /start|move/.test(type) ? [finger] : [], changedTouches: [finger] }
}
