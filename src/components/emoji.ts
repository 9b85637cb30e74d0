import { splitGraphemes } from 'unicode-segmenter/grapheme'

/** The emoji panel's set, and editing of texts that hold emoji. Plain Unicode: no pictures, no package. */
const set =
  '😀 😃 😄 😁 😆 😅 🤣 😂 🙂 🙃 😉 😊 😇 🥰 😍 🤩 😘 😗 😚 😋 😛 😜 🤪 😝 🤑 🤗 🤭 🤫 🤔 🤐 🤨 😐 😑 😶 😏 😒 🙄 😬 😌 😔 😪 🤤 😴 😷 🤒 🤕 🤢 🤮 🤧 🥵 🥶 🥴 😵 🤯 🤠 🥳 😎 🤓 🧐 😕 😟 🙁 😮 😯 😲 😳 🥺 😦 😧 😨 😰 😥 😢 😭 😱 😖 😣 😞 😓 😩 😫 🥱 😤 😡 😠 🤬 😈 💀 💩 🤡 👻 👽 🤖 😺 😹 😻 🙈 🙉 🙊 💋 💌 💘 💝 💖 💗 💓 💞 💕 💔 ❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💯 💢 💥 💫 💦 💨 💬 💤 👋 🤚 ✋ 🖖 👌 🤏 ✌️ 🤞 🤟 🤘 🤙 👈 👉 👆 👇 ☝️ 👍 👎 ✊ 👊 🤛 🤜 👏 🙌 👐 🤲 🤝 🙏 💪 👀 👶 👦 👧 👨 👩 👴 👵 🙅 🙆 💁 🙋 🙇 🤦 🤷 🎉 🎊 🎁 🎂 🎈 🏆 🥇 ⚽ 🏀 🎮 🎵 🎤 📷 📞 💻 📚 ✏️ 📌 🔒 💡 💰 🧧 🚗 🚄 ✈️ 🏠 🏥 🏫 ☀️ 🌙 ⭐ 🌈 ☁️ ☔ ⚡ ❄️ 🔥 💧 🌹 🌸 🌻 🍀 🍎 🍉 🍓 🍑 🍔 🍕 🍜 🍚 🍰 ☕ 🍵 🍺 🍻 🥂 🐶 🐱 🐭 🐰 🦊 🐻 🐼 🐷 🐸 🐵 🐔 🐧 🐢 🐟'
export const emojis: readonly string[] = set.split(' ')

/**
 * The text without its last character as people see it: exactly one, however it is made up (T5). By a library: apps and
 * mini-programs have no Intl.Segmenter.
 */
export function dropLast(text: string): string {
  let last = ''
  for (const cluster of splitGraphemes(text)) last = cluster
  return text.slice(0, text.length - last.length)
}
