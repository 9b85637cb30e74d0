import { describe, expect, it } from 'vitest'
import { calmLog, onceEach } from './calm-log'

/** A calm log on counted time, and what it told. */
function heard() {
  const told: unknown[][] = []
  const due: (() => void)[] = []
  const tell =
    (level: string) =>
    (...line: unknown[]) =>
      void told.push([level, ...line])
  const log = calmLog({ warn: tell('warn'), error: tell('error') }, (_ms, run) => due.push(run))
  return {
    log,
    told: () => told.splice(0),
    tenSeconds: () => due.splice(0).forEach((run) => run()),
  }
}

describe('the log', () => {
  it('[L7] tells equal lines once, then how many more there were', () => {
    const { log, told, tenSeconds } = heard()
    const refused = () => log.error({ op: 'sync.pull', kind: 'down' }, 'the database refused')
    for (let n = 0; n < 1_000; n++) refused()
    expect(told()).toEqual([['error', { op: 'sync.pull', kind: 'down' }, 'the database refused']])
    tenSeconds()
    expect(told()).toEqual([['error', { op: 'sync.pull', kind: 'down', times: 999 }, 'the database refused']])
    refused()
    expect(told()).toEqual([])
    tenSeconds()
    expect(told()).toMatchObject([['error', { times: 1 }, 'the database refused']])
    tenSeconds()
    tenSeconds()
    expect(told()).toEqual([])
    refused()
    expect(told()).toHaveLength(1)
  })

  it('[L7] tells lines that differ in anything at once', () => {
    const { log, told } = heard()
    log.error({ op: 'a' }, 'one')
    log.error({ op: 'b' }, 'one')
    log.error({ op: 'a' }, 'two')
    log.warn({ op: 'a' }, 'one')
    expect(told()).toHaveLength(4)
  })

  it('[L7] [L4] counts a bounded number of different lines, and tells the others', () => {
    const { log, told } = heard()
    for (let n = 0; n < 600; n++) for (let twice = 0; twice < 2; twice++) log.warn({ n }, 'one')
    expect(told()).toHaveLength(500 + 2 * 100)
  })
})

describe('onceEach', () => {
  it('[W16] [L7] tells each key once, a hundred of them, then that there are more; anew an hour later', () => {
    const told: string[] = []
    const due: (() => void)[] = []
    const say = onceEach(
      (key) => told.push(key),
      () => told.push('more'),
      (_ms, run) => due.push(run),
    )
    for (let n = 0; n < 3; n++) say('https://a.example')
    say('https://b.example')
    expect(told.splice(0)).toEqual(['https://a.example', 'https://b.example'])
    for (let n = 0; n < 1_000; n++) say(`https://${n}.example`)
    expect([told.length, told.at(-1)]).toEqual([99, 'more'])
    due.splice(0).forEach((run) => run())
    told.length = 0
    say('https://a.example')
    say('x'.repeat(5_000))
    expect(told.map(({ length }) => length)).toEqual([17, 200])
  })
})
