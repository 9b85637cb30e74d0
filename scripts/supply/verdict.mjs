/**
 * What an answer of `npm audit --json` means.
 * @typedef {{ outcome: 'passed' | 'failed' | 'noAnswer', lines: string[] }} Verdict
 */

const levels = ['critical', 'high']
/** The registry, or what stands before it, does not know the question, or cannot answer now. */
const isNoAnswer = (status) => [404, 405, 408, 429, 501].includes(status) || status >= 500
const isUnreachable = (message) =>
  /^request to \S+ failed, reason: |^network timeout at|^invalid json response body/.test(message)

/**
 * Fails on a vulnerability of level high or critical, and on every audit that went wrong, unless the registry has no answer.
 * @param {string} stdout
 * @returns {Verdict}
 */
export function verdictOf(stdout) {
  const report = parsed(stdout)
  if (report?.auditReportVersion && report.vulnerabilities) return verdictOn(report.vulnerabilities)
  const message = report?.message ?? report?.error?.summary ?? ''
  const status = report?.statusCode
  if (status === undefined ? isUnreachable(message) : isNoAnswer(status))
    return { outcome: 'noAnswer', lines: [`NOT AUDITED: the registry has no answer: ${message}`] }
  return {
    outcome: 'failed',
    lines: [`The audit went wrong: ${message || stdout.trim() || 'npm said nothing'}`],
  }
}

/** @returns {Verdict} */
function verdictOn(vulnerabilities) {
  const all = Object.values(vulnerabilities)
  const bad = all.filter(({ severity }) => levels.includes(severity))
  const lines = bad.map(({ name, severity, range, via = [] }) => {
    const why = via.map((one) => (typeof one === 'string' ? `by ${one}` : `${one.title} ${one.url}`))
    return `${severity}: ${[name, range].filter(Boolean).join(' ')}: ${why.join('; ')}`
  })
  const counted = `${all.length} vulnerabilities in production dependencies, ${bad.length} of level high or more`
  return { outcome: bad.length > 0 ? 'failed' : 'passed', lines: [...lines, counted] }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
