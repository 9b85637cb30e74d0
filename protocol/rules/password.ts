/**
 * What makes a password too weak, as far as the phone can tell while somebody types (A20). The server judges by this first and
 * then by a dictionary that is too large for a phone.
 */

/** Why a password is too weak: each has a text of its own on the phone. */
export type Weakness = 'common' | 'repeated' | 'sequence' | 'personal' | 'guessable'

/** Signs, not code units: an emoji counts as one. */
export const signsIn = (text: string): number => text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '-').length

/** Why a password is too weak; undefined: it cannot be told here. `personal`: what others know of its owner. */
export function weaknessOf(password: string, personal: readonly string[]): Weakness | undefined {
  const lower = password.toLowerCase()
  if (personal.some((word) => isMostly(lower, word.trim().toLowerCase()))) return 'personal'
  if (isRepeated(lower)) return 'repeated'
  if (isWalk(lower)) return 'sequence'
  return isCommon(lower) ? 'common' : undefined
}

/** So few signs beside a word that all know make no secret of it. */
const besideMax = 3
const wordMin = 4
const isMostly = (text: string, word: string): boolean =>
  word.length >= wordMin &&
  text.length - word.length <= besideMax &&
  (text.includes(word) || text.includes(reversed(word)))

const reversed = (text: string): string => text.split('').reverse().join('')

/** A few signs over and over. */
const isRepeated = (text: string): boolean =>
  [1, 2, 3, 4].some((size) => text.slice(size) === text.slice(0, text.length - size))

/** Words that many passwords are made of, and words of Chinese that lists from elsewhere lack. */
const words = new Set(
  (
    'password baseball football qwertyuiop superman jennifer trustno iloveyou sunshine computer michelle starwars princess ' +
    'corvette internet samantha maverick whatever mercedes steelers hardcore midnight bigdaddy victoria marlboro cocacola ' +
    'asdfasdf danielle jonathan liverpool qwerty slipknot scorpion startrek redskins qazwsxedc nicholas butthead dolphins ' +
    'metallica mountain benjamin elephant creative garfield december airborne brooklyn godzilla williams darkness platinum ' +
    'snowball nintendo november explorer guinness babygirl michigan carolina minecraft snickers paradise caroline einstein ' +
    'patricia champion anderson security alexander marshall veronica stargate infinity passport bulldogs softball letmein ' +
    'welcome dragon monkey shadow master michael jordan charlie hunter ranger buster soccer killer thomas hockey george ' +
    'andrew robert tigger pepper daniel joshua ashley thunder cowboys cookie freedom ginger hammer summer corvet taylor ' +
    'austin merlin golfer secret orange freepass admin administrator root login access changeme default guest test testtest ' +
    'spiderman batman pokemon naruto flower lovely hello helloworld lovelove loveyou chocolate butterfly liverpoo swordfish ' +
    'woaini woaiwo woaiwojia iloveu wodemima mima nihao aini zhongguo beijing shanghai tokenim wechat weixin'
  ).split(' '),
)
/** Digits that are said like words in Chinese, and ways over the keys of digits. */
const numbers = new Set([
  '5201314',
  '1314520',
  '52013145',
  '7758521',
  '7758258',
  '789456123',
  '147258369',
  '147852369',
  '1123581321',
  '31415926',
])

const plain: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** One of the words or numbers, in whatever case, with digits for letters, backwards, or with a few signs around it. */
function isCommon(text: string): boolean {
  const stem = text.replace(/[^a-z]{1,6}$/, '')
  const stems = [text, stem, stem.replace(/^[^a-z]{1,6}/, '')]
  const isWord = stems.some((word) => [word, unleet(word), reversed(word)].some((one) => words.has(one)))
  return isWord || numbers.has(text.replace(/^[^0-9]{1,3}|[^0-9]{1,3}$/g, ''))
}
const unleet = (text: string): string => text.replace(/[013457@$!]/g, (sign) => plain[sign] ?? sign)

const rows = [
  ...[
    'abcdefghijklmnopqrstuvwxyz',
    '01234567890',
    'qwertyuiop',
    'asdfghjkl',
    'zxcvbnm',
    'azertyuiop',
    'qwertzuiop',
  ],
  ...[
    '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
    'qazwsxedcrfvtgbyhnujm',
    '1q2w3e4r5t6y7u8i9o0p',
    '!@#$%^&*()',
    '147258369',
    '789456123',
  ],
].flatMap((row) => [row, reversed(row)])
const walkMin = 3

/** Nothing but walks along the alphabet, the digits or the keys, and runs of one sign. */
function isWalk(text: string): boolean {
  for (let at = 0; at < text.length;) {
    const length = walkAt(text, at)
    if (length < walkMin) return false
    at += length
  }
  return true
}

function walkAt(text: string, at: number): number {
  let best = 1
  while (text[at + best] === text[at]) best++
  for (const row of rows) {
    let from = row.indexOf(text[at] ?? ' ')
    if (from < 0) continue
    let length = 0
    while (at + length < text.length && text[at + length] === row[from]) {
      length++
      from++
    }
    best = Math.max(best, length)
  }
  return best
}
