/** A catalogue of texts: nested by the dots of its keys. src/i18n/i18n.test.ts holds that all languages have the same. */
export interface Catalogue {
  [key: string]: string | readonly string[] | Catalogue
}

const isCatalogue = (value: Catalogue[string]): value is Catalogue =>
  typeof value === 'object' && !Array.isArray(value)

/** All keys with dots: `error.notFound`. A list of texts is one key. */
export const keysOf = (catalogue: Catalogue, prefix = ''): string[] =>
  Object.entries(catalogue).flatMap(([key, value]) =>
    isCatalogue(value) ? keysOf(value, `${prefix}${key}.`) : [`${prefix}${key}`],
  )

/** Keys written out in code: `t('chat.title')`, `$t("…")`. One that ends in a dot is the head of a computed key. */
export const keysUsed = (text: string): string[] =>
  [...text.matchAll(/(?<![\w.])(?:\$t|t)\(\s*[`'"]([a-zA-Z][\w.]*)/g)].map((match) => match[1] ?? '')

/** Keys in use that the catalogue does not have. */
export function unknownKeys(used: readonly string[], keys: readonly string[]): string[] {
  const fits = (key: string): boolean =>
    key.endsWith('.') ? keys.some((k) => `${k}.`.startsWith(key)) : keys.includes(key)
  return used.filter((key) => !fits(key))
}
