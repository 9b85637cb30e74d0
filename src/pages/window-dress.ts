/** Colours of what the system draws around a page: status bar, and the page behind it. */

export function dressWindow(dark: boolean): void {
  const background = dark ? '#111111' : '#ededed'
  uni.setNavigationBarColor({
    frontColor: dark ? '#ffffff' : '#000000',
    backgroundColor: background,
    fail: () => undefined,
  })
  // #ifdef H5
  document.documentElement.style.background = background
  document.body.style.background = background
  // #endif
}
