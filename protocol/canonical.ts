/** JSON whose keys are in order and without those that are undefined, so that equal values have equal texts (F6). */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  let text = ''
  for (const key of Object.keys(value).sort()) {
    const inner = (value as Record<string, unknown>)[key]
    if (inner !== undefined) text += `${text && ','}${JSON.stringify(key)}:${canonical(inner)}`
  }
  return `{${text}}`
}
