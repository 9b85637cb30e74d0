import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { derived } from './derived'

export const languages = ['zh-CN', 'en'] as const
export type Language = (typeof languages)[number]
export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]
export type LanguageChoice = Language | 'system'

const key = 'tokenim.settings'
interface Saved {
  language: LanguageChoice
  theme: Theme
  recentEmoji: string[]
}
const oneOf = <T extends string>(list: readonly T[], value: unknown, otherwise: T): T =>
  list.find((item) => item === value) ?? otherwise

function load(): Saved {
  const text: unknown = uni.getStorageSync(key)
  const saved = (typeof text === 'string' && text ? parse(text) : {}) as Partial<Record<keyof Saved, unknown>>
  return {
    language: oneOf<LanguageChoice>(['system', ...languages], saved.language, 'system'),
    theme: oneOf(themes, saved.theme, 'system'),
    recentEmoji: Array.isArray(saved.recentEmoji)
      ? saved.recentEmoji.filter((x): x is string => typeof x === 'string')
      : [],
  }
}
function parse(text: string): object {
  try {
    return Object(JSON.parse(text)) as object
  } catch {
    return {}
  }
}

/** The catalogue that fits a system language such as `zh_CN`, `zh-Hans` or `en-GB`. */
export const languageOf = (system: string | undefined): Language =>
  /^zh/i.test(system ?? '') ? 'zh-CN' : 'en'

/** Choices of this device. They stay through sign-out. */
export const useSettings = defineStore('settings', () => {
  const saved = load()
  const language = ref(saved.language)
  const theme = ref(saved.theme)
  const recentEmoji = ref(saved.recentEmoji)
  const system = uni.getSystemInfoSync()
  const systemDark = ref((system.theme ?? system.osTheme) === 'dark')

  const save = (): void => {
    const value: Saved = { language: language.value, theme: theme.value, recentEmoji: recentEmoji.value }
    uni.setStorageSync(key, JSON.stringify(value))
  }
  watch([language, theme, recentEmoji], save)

  return {
    language,
    theme,
    recentEmoji,
    systemDark,
    /** The language that is shown. */
    shownLanguage: derived<Language>(() =>
      language.value === 'system' ? languageOf(system.language) : language.value,
    ),
    dark: derived(() => theme.value === 'dark' || (theme.value === 'system' && systemDark.value)),
    /** Puts an emoji first in the row of recent ones. */
    useEmoji(emoji: string) {
      recentEmoji.value = [emoji, ...recentEmoji.value.filter((e) => e !== emoji)].slice(0, 16)
    },
  }
})
