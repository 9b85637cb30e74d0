import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { provideDevice } from './device'
import { languageOf, useSettings } from './settings'

let kept = ''
let turnDark: (dark: boolean) => void = () => undefined
beforeEach(() => {
  kept = ''
  setActivePinia(createPinia())
  provideDevice({
    readChoices: () => kept,
    writeChoices: (text) => void (kept = text),
    language: () => 'en-GB',
    watchKeeping: (told) => told(true),
    watchDark(told) {
      turnDark = told
      told(false)
    },
    openAddress: () => true,
  })
})

describe('the choices of a device', () => {
  it('follow the system until something is chosen', async () => {
    const settings = useSettings()
    expect([settings.shownLanguage, settings.dark]).toEqual(['en', false])
    turnDark(true)
    expect(settings.dark).toBe(true)
    settings.theme = 'light'
    settings.language = 'zh-CN'
    await nextTick()
    expect([settings.shownLanguage, settings.dark]).toEqual(['zh-CN', false])
  })

  it('are kept, and text that is no choice is left out', async () => {
    useSettings().theme = 'dark'
    useSettings().useEmoji('👍')
    await nextTick()
    setActivePinia(createPinia())
    expect([useSettings().theme, useSettings().recentEmoji]).toEqual(['dark', ['👍']])
    for (const text of ['{', '[]', 'null', '{"theme":"pink","language":7,"recentEmoji":[1]}']) {
      kept = text
      setActivePinia(createPinia())
      const { theme, language, recentEmoji } = useSettings()
      expect([theme, language, recentEmoji], text).toEqual(['system', 'system', []])
    }
  })

  it('[U9] remember that somebody has been signed in', async () => {
    expect(useSettings().returning).toBe(false)
    useSettings().returning = true
    await nextTick()
    setActivePinia(createPinia())
    expect(useSettings().returning).toBe(true)
    for (const text of ['{"returning":1}', '{"returning":"true"}', '{}']) {
      kept = text
      setActivePinia(createPinia())
      expect(useSettings().returning, text).toBe(false)
    }
  })

  it('keep 16 recent emoji, the newest first, each once', () => {
    const settings = useSettings()
    for (let i = 0; i < 20; i++) settings.useEmoji(String(i))
    settings.useEmoji('10')
    expect(settings.recentEmoji).toHaveLength(16)
    expect(settings.recentEmoji.slice(0, 3)).toEqual(['10', '19', '18'])
  })

  it('take any Chinese for Chinese', () => {
    expect(['zh_CN', 'zh-Hans', 'ZH-tw', 'en', 'fr-FR', ''].map(languageOf)).toEqual([
      'zh-CN',
      'zh-CN',
      'zh-CN',
      'en',
      'en',
      'en',
    ])
  })
})
