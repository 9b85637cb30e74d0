/** A catalogue of texts: nested by the dots of its keys. src/i18n/i18n.test.ts holds that all languages have the same. */
export type Catalogue = { readonly [key: string]: string | Catalogue } | readonly string[]

/** All keys with dots: `error.notFound`, `time.weekday.0`. */
export const keysOf = (catalogue: Catalogue, prefix = ''): string[] =>
  Object.entries(catalogue).flatMap(([key, value]: [string, string | Catalogue]) =>
    typeof value === 'string' ? [`${prefix}${key}`] : keysOf(value, `${prefix}${key}.`),
  )

/** Keys written out in code: `t('chat.title')`, `$t("…")`. One that ends in a dot is the head of a computed key. */
export const keysUsed = (text: string): string[] =>
  [...text.matchAll(/(?<![\w.])(?:\$t|t)\(\s*[`'"]([a-zA-Z][\w.]*)/g)].map((match) => match[1] ?? '')

/** Keys in use that the catalogue does not have. */
export function unknownKeys(used: readonly string[], keys: readonly string[]): string[] {
  const fits = (key: string): boolean =>
    key.endsWith('.') ? keys.some((k) => k.startsWith(key)) : keys.includes(key)
  return used.filter((key) => !fits(key))
}
