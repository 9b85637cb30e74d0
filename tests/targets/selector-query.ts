/** `createSelectorQuery` where there is no layout: one element is a screen high, elements of a list are rows. */
export interface Found {
  dataset: Record<string, string>
}
const width = 390
const screenHeight = 700
const rowHeight = 60

/** `found` gives the elements that fit a selector such as `.window__row`, within what `in` named. */
export function selectorQuery(found: (selector: string, scope: unknown) => Found[]): object {
  let scope: unknown
  const asked: (() => unknown)[] = []
  const ask = (answer: () => unknown) => {
    const fields = () => {
      asked.push(answer)
      return query
    }
    return { fields, boundingClientRect: fields, scrollOffset: fields }
  }
  const boxes = (selector: string, height: number) =>
    found(selector, scope).map(({ dataset }) => ({ width, height, dataset }))
  const query = {
    in(instance: unknown) {
      scope = instance
      return query
    },
    select: (selector: string) => ask(() => boxes(selector, screenHeight)[0] ?? null),
    selectAll: (selector: string) => ask(() => boxes(selector, rowHeight)),
    exec: (done: (answers: unknown[]) => void) =>
      void setTimeout(() => done(asked.map((answer) => answer())), 0),
  }
  return query
}
