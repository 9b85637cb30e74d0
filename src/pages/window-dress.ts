/** What the system draws around a page: colours of the status bar and of what is behind the page; its language. */

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
  // Beside the column in a wide window (base.scss).
  document.documentElement.style.setProperty('--backdrop', dark ? '#000000' : '#dcdcdc')
  // #endif
}

/** Tells browsers and screen readers in which language the texts are [U7]. */
export function tellLanguage(language: string): void {
  // #ifdef H5
  document.documentElement.lang = language
  // #endif
}
