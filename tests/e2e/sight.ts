/** What a page looks like to eyes that need larger words. */
import type { Page } from 'playwright-core'

/** Rows, buttons and words that are higher than the box they are cut to or stand in. */
export const cut = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [
      ...document.querySelectorAll(
        '.page [role=button]:not(.hot, .message__face), .page .cell, .page .one-line',
      ),
    ]
      .filter(({ clientHeight, scrollHeight }) => clientHeight > 0 && scrollHeight > clientHeight + 2)
      .map(
        (element) => `${element.clientHeight} < ${element.scrollHeight}: ${element.outerHTML.slice(0, 140)}`,
      ),
  )
/** How much wider than the window the page is, in pixels. */
export const sideways = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
/** Every text twice as large, as a phone's setting for sight makes it. */
export const enlarge = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const all = [...document.querySelectorAll<HTMLElement>('#app *')].map((element) => {
      const { fontSize, lineHeight } = getComputedStyle(element)
      return { element, font: parseFloat(fontSize), line: parseFloat(lineHeight) }
    })
    for (const { element, font, line } of all) {
      element.style.fontSize = `${font * 2}px`
      if (line > 0) element.style.lineHeight = `${line * 2}px`
    }
  })
