import { describe, expect, it } from 'vitest'
import { framesPerRound, Turnstile } from './turnstile'

const round = () => new Promise((resolve) => setImmediate(resolve))

function socket(turnstile: Turnstile) {
  const heard: string[] = []
  let paused = false
  const wire = { pause: () => void (paused = true), resume: () => void (paused = false) }
  const say = turnstile.gate(wire, (text) => void heard.push(text))
  return { say, heard, isPaused: () => paused }
}

describe('turnstile', () => {
  it('[L4] lets so many frames through in a round, and holds the rest back with their sockets', async () => {
    const turnstile = new Turnstile()
    const [loud, quiet] = [socket(turnstile), socket(turnstile)]
    const texts = Array.from({ length: 3 * framesPerRound }, (_, n) => String(n))
    for (const text of texts) loud.say(text)
    quiet.say('me too')
    expect([loud.heard.length, quiet.heard.length]).toEqual([framesPerRound, 0])
    expect([loud.isPaused(), quiet.isPaused()]).toEqual([true, true])
    expect(turnstile.held).toBe(2 * framesPerRound + 1)
    await round()
    expect(quiet.heard).toEqual(['me too'])
    expect(loud.heard.length).toBe(2 * framesPerRound - 1)
    expect([loud.isPaused(), quiet.isPaused()]).toEqual([true, false])
    await round()
    await round()
    expect(loud.heard).toEqual(texts)
    expect([loud.isPaused(), turnstile.held]).toEqual([false, 0])
  })

  it('[L4] keeps the order of a socket that says more while it waits', async () => {
    const turnstile = new Turnstile()
    const { say, heard } = socket(turnstile)
    const texts = Array.from({ length: framesPerRound + 3 }, (_, n) => String(n))
    for (const text of texts.slice(0, -1)) say(text)
    const last = texts.at(-1) ?? ''
    say(last)
    await round()
    expect(heard).toEqual(texts)
    say('afterwards')
    expect(heard.at(-1)).toBe('afterwards')
  })

  it('[L4] keeps together what a socket says at once, and serves the others in between', async () => {
    const turnstile = new Turnstile()
    const heard: string[] = []
    const [first, ...others] = ['crowd', 'a', 'b'].map((name) =>
      turnstile.gate({ pause: () => undefined, resume: () => undefined }, () => void heard.push(name)),
    )
    for (let n = 0; n < framesPerRound; n++) first?.('')
    heard.length = 0
    for (const say of others) for (let n = 0; n < 12; n++) say('')
    await round()
    expect(heard.join('')).toBe('a'.repeat(8) + 'b'.repeat(8) + 'aaaabbbb')
  })

  it('does nothing while few speak', () => {
    const { say, heard, isPaused } = socket(new Turnstile())
    for (let n = 0; n < 10; n++) say('hello')
    expect([heard.length, isPaused()]).toEqual([10, false])
  })
})
