import { describe, expect, it } from 'vitest'
import { verdictOf } from './verdict.mjs'

// As npm 11 prints them; the addresses are changed.
const bulk = 'https://registry.example/-/npm/v1/security/advisories/bulk'
const nothing = { error: { summary: '', detail: '' } }
const status = (code: number, words: string) => ({
  ...{ message: `${code} ${words} - POST ${bulk}`, method: 'POST', uri: bulk, statusCode: code, body: '' },
  ...nothing,
})
const vulnerability = (name: string, severity: string, via: unknown[]) => ({
  ...{ name, severity, isDirect: true, via, effects: [], range: '<5.3.2', nodes: [], fixAvailable: false },
})
const advisory = (severity: string) => ({
  ...{ source: 1, name: 'fastify', dependency: 'fastify', title: 'Bad thing', severity, range: '<5.3.2' },
  url: 'https://advisories.example/GHSA-1',
})
const report = (...all: ReturnType<typeof vulnerability>[]) => ({
  auditReportVersion: 2,
  vulnerabilities: Object.fromEntries(all.map((one) => [one.name, one])),
  metadata: { vulnerabilities: { total: all.length } },
})
const verdict = (answer: object) => verdictOf(JSON.stringify(answer, null, 2))

describe('the audit', () => {
  it('passes without vulnerabilities, and says how many there are', () => {
    expect(verdict(report())).toEqual({
      outcome: 'passed',
      lines: ['0 vulnerabilities in production dependencies, 0 of level high or more'],
    })
  })
  it.each(['info', 'low', 'moderate'])('passes with one of level %s', (level) => {
    const { outcome, lines } = verdict(report(vulnerability('fastify', level, [advisory(level)])))
    expect([outcome, lines]).toEqual([
      'passed',
      ['1 vulnerabilities in production dependencies, 0 of level high or more'],
    ])
  })
  it.each(['high', 'critical'])('fails on one of level %s, and names it', (level) => {
    const all = [
      vulnerability('fastify', level, [advisory(level)]),
      vulnerability('altcha-lib', level, ['fastify']),
      vulnerability('ws', 'low', [advisory('low')]),
    ]
    expect(verdict(report(...all))).toEqual({
      outcome: 'failed',
      lines: [
        `${level}: fastify <5.3.2: Bad thing https://advisories.example/GHSA-1`,
        `${level}: altcha-lib <5.3.2: by fastify`,
        '3 vulnerabilities in production dependencies, 2 of level high or more',
      ],
    })
  })

  it.each([
    ['that does not know the question', status(405, 'Method Not Allowed')],
    ['that has no such page', status(404, 'Not Found')],
    ['that is broken', status(500, 'Internal Server Error')],
    ['behind a gateway that waits in vain', status(504, 'Gateway Timeout')],
    ['that is asked too often', status(429, 'Too Many Requests')],
    [
      'that cannot be reached',
      { message: `request to ${bulk} failed, reason: connect ECONNREFUSED 192.0.2.1:443`, ...nothing },
    ],
    [
      'that has no name',
      { message: `request to ${bulk} failed, reason: getaddrinfo ENOTFOUND registry.example`, ...nothing },
    ],
    ['that is silent', { message: `network timeout at: ${bulk}`, ...nothing }],
    [
      'in whose place a page answers',
      { message: `invalid json response body at ${bulk} reason: Unexpected token '<'`, ...nothing },
    ],
  ])('is left out, and says so, with a registry %s', (_what, answer) => {
    const { outcome, lines } = verdict(answer)
    expect(outcome).toBe('noAnswer')
    expect(lines).toEqual([`NOT AUDITED: the registry has no answer: ${answer.message}`])
  })

  it.each([
    ['a question that is refused', status(400, 'Bad Request')],
    ['a password that is missing', status(401, 'Unauthorized')],
    ['a registry that forbids it', status(403, 'Forbidden')],
    [
      'no lock file',
      { error: { code: 'ENOLOCK', summary: 'This command requires an existing lockfile.', detail: '' } },
    ],
    ['a report without a list', { auditReportVersion: 2 }],
  ])('fails on %s', (_what, answer) => {
    expect(verdict(answer).outcome).toBe('failed')
  })
  it.each(['', 'npm error code EUSAGE', 'null'])('fails on the words “%s”', (words) => {
    expect(verdictOf(words).outcome).toBe('failed')
  })
})
