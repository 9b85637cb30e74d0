/** Measures of the device that styles cannot know. Pixels. */
export interface Bars {
  statusBar: number
  /** Room that a mini-program's own button takes at the end of the title bar. */
  capsule: number
  windowHeight: number
}

/** Where the page stands in its window: wide windows have room beside it. Pixels. */
export function columnOf(): { start: number; width: number } {
  let column = { start: 0, width: uni.getWindowInfo().windowWidth }
  // #ifdef H5
  const box = document.querySelector('uni-app')?.getBoundingClientRect()
  if (box) column = { start: box.left, width: box.width }
  // #endif
  return column
}

export function barsOf(): Bars {
  const { statusBarHeight, windowHeight } = uni.getWindowInfo()
  let capsule = 0
  // #ifdef MP-WEIXIN
  capsule = uni.getWindowInfo().windowWidth - uni.getMenuButtonBoundingClientRect().left
  // #endif
  return { statusBar: statusBarHeight, capsule, windowHeight }
}
