import { expect, it } from 'vitest'
import { events, ops } from '../../protocol'
import { openApi } from '../../protocol/openapi'
import { expectGolden, stableJson } from './golden'

const document = openApi(ops, events)

it('openapi.json is what the server serves', async () => {
  await expectGolden(
    stableJson(document),
    'openapi.json',
    'What callers of the API read has changed. Is it what you meant, and does CHANGELOG.md say so?',
  )
})

it('openapi.json names every operation and points at nothing that is not there', () => {
  const text = JSON.stringify(document)
  for (const name of Object.keys(ops)) expect(document.paths).toHaveProperty([`/api/${name}`, 'post'])
  for (const [, pointer = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g))
    expect(document, pointer).toHaveProperty(pointer.split('/'))
})
