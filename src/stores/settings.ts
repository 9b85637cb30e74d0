import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { derived } from './derived'
import { device } from './device'

export const languages = ['zh-CN', 'en'] as const
export type Language = (typeof languages)[number]
export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]
export type LanguageChoice = Language | 'system'

interface Saved {
  language: LanguageChoice
  theme: Theme
  recentEmoji: string[]
  returning: boolean
}
const oneOf = <T extends string>(list: readonly T[], value: unknown, otherwise: T): T =>
  list.find((item) => item === value) ?? otherwise

function load(): Saved {
  const saved = parse(device().readChoices()) as Partial<Record<keyof Saved, unknown>>
  return {
    language: oneOf<LanguageChoice>(['system', ...languages], saved.language, 'system'),
    theme: oneOf(themes, saved.theme, 'system'),
    recentEmoji: Array.isArray(saved.recentEmoji)
      ? saved.recentEmoji.filter((x): x is string => typeof x === 'string')
      : [],
    returning: saved.returning === true,
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
export const languageOf = (system: string): Language => (/^zh/i.test(system) ? 'zh-CN' : 'en')

/** Choices of this device. They stay through sign-out. */
export const useSettings = defineStore('settings', () => {
  const saved = load()
  const language = ref(saved.language)
  const theme = ref(saved.theme)
  const recentEmoji = ref(saved.recentEmoji)
  const returning = ref(saved.returning)
  const systemDark = ref(false)
  device().watchDark((dark) => (systemDark.value = dark))

  const save = (): void => {
    const value: Saved = {
      language: language.value,
      theme: theme.value,
      recentEmoji: recentEmoji.value,
      returning: returning.value,
    }
    device().writeChoices(JSON.stringify(value))
  }
  watch([language, theme, recentEmoji, returning], save)

  return {
    language,
    theme,
    recentEmoji,
    systemDark,
    /** Somebody has been signed in on this device [U9]. */
    returning,
    /** The language that is shown. */
    shownLanguage: derived<Language>(() =>
      language.value === 'system' ? languageOf(device().language()) : language.value,
    ),
    dark: derived(() => theme.value === 'dark' || (theme.value === 'system' && systemDark.value)),
    /** Puts an emoji first in the row of recent ones. */
    useEmoji(emoji: string) {
      recentEmoji.value = [emoji, ...recentEmoji.value.filter((e) => e !== emoji)].slice(0, 16)
    },
  }
})
