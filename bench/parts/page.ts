/**
 * What Lighthouse says of the page that a visitor sees first: its usual phone (Moto G Power, 1.6 Mbit/s, 150 ms, a CPU four
 * times slower than this one), the built client from the built server.
 */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import lighthouse from 'lighthouse'
import { chromium } from 'playwright-core'
import { launchServer } from '../../tests/server/launch'
import { browserArgs, browserPath } from '../../tests/e2e/browser'
import { quiet } from '../cpu'
import type { Effort } from '../round'
import { middle, range, table, type Column } from '../table'

export const goal = 92
const pages = { 'sign-in': '/#/pages/sign-in/index', 'first visit': '/' }

export interface PageFigures {
  /** 0 to 100. */
  score: number
  firstPaintMs: number
  largestPaintMs: number
  blockedMs: number
  layoutShift: number
  kib: number
  requests: number
  /** Lighthouse's measure of the machine itself: below 1,000 the CPU it simulates is slower than a phone's. */
  machine: number
}

/** By page. Throws Error when Lighthouse has no answer. */
export async function page({ rounds, entry, patienceMs, say }: Effort): Promise<Map<string, PageFigures[]>> {
  const server = await launchServer(undefined, entry ? { entry } : {})
  const results = new Map<string, PageFigures[]>()
  try {
    for (let n = 1; n <= rounds; n++)
      for (const [name, path] of Object.entries(pages)) {
        await quiet(patienceMs)
        const figures = await visit(server.url + path)
        const { score, blockedMs, machine } = figures
        say(
          `round ${n} of ${rounds}, ${name}: ${score}, blocked ${blockedMs.toFixed(0)} ms, machine ${machine.toFixed(0)}`,
        )
        results.set(name, [...(results.get(name) ?? []), figures])
      }
  } finally {
    await server.stop()
  }
  return results
}

/** Once, by a browser that has just started. */
async function visit(url: string): Promise<PageFigures> {
  const port = await freePort()
  const browser = await chromium.launch({
    executablePath: browserPath(),
    args: [...browserArgs, `--remote-debugging-port=${port}`],
  })
  try {
    const result = await lighthouse(url, { port, onlyCategories: ['performance'], logLevel: 'error' })
    if (!result) throw new Error(`Lighthouse has no answer for ${url}`)
    const { audits, categories, environment } = result.lhr
    const score = categories.performance?.score
    if (typeof score !== 'number') throw new Error(`no score: ${result.lhr.runtimeError?.message ?? url}`)
    const value = (audit: string) => audits[audit]?.numericValue ?? NaN
    const requests = audits['network-requests']?.details as { items?: { url: string }[] } | undefined
    return {
      score: Math.round(score * 100),
      firstPaintMs: value('first-contentful-paint'),
      largestPaintMs: value('largest-contentful-paint'),
      blockedMs: value('total-blocking-time'),
      layoutShift: value('cumulative-layout-shift'),
      kib: value('total-byte-weight') / 1024,
      requests: requests?.items?.filter((item) => item.url.startsWith('http')).length ?? NaN,
      machine: environment.benchmarkIndex,
    }
  } finally {
    await browser.close()
  }
}

function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    }),
  )
}

const goalColumn: Column<PageFigures> = { head: 'goal', cell: () => String(goal) }

export const showPage = (rounds: Map<string, PageFigures[]>): string =>
  table(
    rounds,
    [
      middle<PageFigures>('score', 'score', 0),
      goalColumn,
      range<PageFigures>('score'),
      middle<PageFigures>('FCP ms', 'firstPaintMs', 0),
      middle<PageFigures>('LCP ms', 'largestPaintMs', 0),
      middle<PageFigures>('TBT ms', 'blockedMs', 0),
      middle<PageFigures>('CLS', 'layoutShift', 4),
      middle<PageFigures>('KiB', 'kib', 0),
      middle<PageFigures>('requests', 'requests', 0),
      middle<PageFigures>('machine', 'machine', 0),
    ],
    'page',
  )
