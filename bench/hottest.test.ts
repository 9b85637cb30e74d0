import { expect, it } from 'vitest'
import { hottest, type Profile } from './hottest'

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  children,
  callFrame: { functionName, url, lineNumber: 6, columnNumber: 0 },
})
const profile: Profile = {
  nodes: [
    node(1, '(root)', '', [2, 5, 6]),
    node(2, 'send', 'a.ts', [3]),
    node(3, 'step', '', [4]),
    node(4, 'inner', ''),
    node(5, '(idle)', ''),
    node(6, '(garbage collector)', ''),
  ],
  samples: [2, 3, 4, 5, 6, 2],
  timeDeltas: [10, 30, 30, 900, 10, 20],
}

it('adds up own times, names native code by its caller, and leaves idle time out', () => {
  const [, , ...rows] = hottest(profile, 10, ({ url, lineNumber }) => `${url}:${lineNumber + 1}`).split('\n')
  expect(rows).toEqual([
    '| native code of send | a.ts:7 | 60.0 | 6.00 |',
    '| send | a.ts:7 | 30.0 | 3.00 |',
    '| (garbage collector) |  | 10.0 | 1.00 |',
    '| everything |  | 100.0 | 10.00 |',
  ])
})
