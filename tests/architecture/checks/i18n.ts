/** A catalogue of texts: nested by the dots of its keys. */
export type Catalogue = { [key: string]: string | Catalogue }

/** All keys with dots: `error.notFound`. */
export const keysOf = (catalogue: Catalogue, prefix = ''): string[] =>
  Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${prefix}${key}`] : keysOf(value, `${prefix}${key}.`),
  )

/** Keys that one catalogue has and the other lacks. */
export function keyDifferences(a: Catalogue, b: Catalogue): { onlyFirst: string[]; onlySecond: string[] } {
  const [first, second] = [new Set(keysOf(a)), new Set(keysOf(b))]
  return {
    onlyFirst: [...first].filter((key) => !second.has(key)),
    onlySecond: [...second].filter((key) => !first.has(key)),
  }
}

/** Names between braces must be the same in every language: `{count}`. */
const placesIn = (text: string): string =>
  [...text.matchAll(/\{(\w+)\}/g)]
    .map((m) => m[1])
    .sort()
    .join()

function textAt(catalogue: Catalogue, key: string): string {
  let at: string | Catalogue | undefined = catalogue
  for (const part of key.split('.')) at = typeof at === 'object' ? at[part] : undefined
  return typeof at === 'string' ? at : ''
}

/** Keys whose texts name other values in one language than in the other. */
export const placeDifferences = (a: Catalogue, b: Catalogue): string[] =>
  keysOf(a).filter((key) => placesIn(textAt(a, key)) !== placesIn(textAt(b, key)))

/** Keys written out in code: `t('chat.title')`, `$t("…")`. A key that ends in a dot is the head of a computed one. */
export const keysUsed = (text: string): string[] =>
  [...text.matchAll(/(?<![\w.])(?:\$t|t|tr|translate)\(\s*[`'"]([a-zA-Z][\w.]*)/g)].map(
    (match) => match[1] ?? '',
  )
