/** Texts of the client. One catalogue per language, all with the same keys. */
import { createI18n } from 'vue-i18n'
import en from './en'
import zhCN from './zh-CN'

const messages = { 'zh-CN': zhCN, en }
export type Language = keyof typeof messages

interface Context {
  named(key: string): string | number | undefined
}
/**
 * Fills `{name}`, and of a text in two forms, `one | many`, takes the one that fits `n` [U8]. The library's own compiler
 * makes functions from text, which mini-programs and a strict content policy forbid.
 */
const messageCompiler = (message: unknown) => {
  const [one = '', many = one] = String(message).split(' | ')
  return (context: Context) => {
    const text = context.named('n') === 1 ? one : many
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(context.named(name) ?? ''))
  }
}

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN',
  fallbackLocale: 'en',
  messages,
  messageCompiler,
})

/** The text of `key` in the language that is shown; follows a change of language wherever Vue tracks it. */
export const t = (key: string, named: Record<string, string | number> = {}): string =>
  i18n.global.t(key, named)

export function showLanguage(language: Language): void {
  i18n.global.locale.value = language
}
