/** The emoji panel's set, and editing of texts that hold emoji. Plain Unicode: no pictures, no package. */
const set =
  '😀 😃 😄 😁 😆 😅 🤣 😂 🙂 🙃 😉 😊 😇 🥰 😍 🤩 😘 😗 😚 😋 😛 😜 🤪 😝 🤑 🤗 🤭 🤫 🤔 🤐 🤨 😐 😑 😶 😏 😒 🙄 😬 😌 😔 😪 🤤 😴 😷 🤒 🤕 🤢 🤮 🤧 🥵 🥶 🥴 😵 🤯 🤠 🥳 😎 🤓 🧐 😕 😟 🙁 😮 😯 😲 😳 🥺 😦 😧 😨 😰 😥 😢 😭 😱 😖 😣 😞 😓 😩 😫 🥱 😤 😡 😠 🤬 😈 💀 💩 🤡 👻 👽 🤖 😺 😹 😻 🙈 🙉 🙊 💋 💌 💘 💝 💖 💗 💓 💞 💕 💔 ❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💯 💢 💥 💫 💦 💨 💬 💤 👋 🤚 ✋ 🖖 👌 🤏 ✌️ 🤞 🤟 🤘 🤙 👈 👉 👆 👇 ☝️ 👍 👎 ✊ 👊 🤛 🤜 👏 🙌 👐 🤲 🤝 🙏 💪 👀 👶 👦 👧 👨 👩 👴 👵 🙅 🙆 💁 🙋 🙇 🤦 🤷 🎉 🎊 🎁 🎂 🎈 🏆 🥇 ⚽ 🏀 🎮 🎵 🎤 📷 📞 💻 📚 ✏️ 📌 🔒 💡 💰 🧧 🚗 🚄 ✈️ 🏠 🏥 🏫 ☀️ 🌙 ⭐ 🌈 ☁️ ☔ ⚡ ❄️ 🔥 💧 🌹 🌸 🌻 🍀 🍎 🍉 🍓 🍑 🍔 🍕 🍜 🍚 🍰 ☕ 🍵 🍺 🍻 🥂 🐶 🐱 🐭 🐰 🦊 🐻 🐼 🐷 🐸 🐵 🐔 🐧 🐢 🐟'
export const emojis: readonly string[] = set.split(' ')

/** One character as people see it: joined emoji, flags, skin tones and variation selectors stay whole. */
const lastCluster =
  /(?:(?:[\u{1F1E6}-\u{1F1FF}]{2})|(?:[^\u200d](?:\ufe0f|[\u{1F3FB}-\u{1F3FF}]|\u20e3|[\u0300-\u036f])*(?:\u200d[^\u200d](?:\ufe0f|[\u{1F3FB}-\u{1F3FF}])*)*))$/su

/** The text without its last character. */
export function dropLast(text: string): string {
  const match = lastCluster.exec(text)
  return match ? text.slice(0, match.index) : ''
}
