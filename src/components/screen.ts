/** Measures of the device that styles cannot know. Pixels. */
export interface Bars {
  statusBar: number
  /** Room that a mini-program's own button takes at the end of the title bar. */
  capsule: number
  windowHeight: number
}

export function barsOf(): Bars {
  const { statusBarHeight, windowHeight } = uni.getWindowInfo()
  let capsule = 0
  // #ifdef MP-WEIXIN
  capsule = uni.getWindowInfo().windowWidth - uni.getMenuButtonBoundingClientRect().left
  // #endif
  return { statusBar: statusBarHeight, capsule, windowHeight }
}
