import { describe, expect, it } from 'vitest'
import { domains, importTable } from './import-table'
import { importsOf, importViolations } from './imports'
import { filesLike, isCode, isTest } from './tree'

const code = filesLike((path) => isCode(path) && !isTest(path) && !path.endsWith('.d.ts'))
const check = (path: string, text: string): string[] => importViolations({ path, text }, importTable)

describe('the import table of docs/ARCHITECTURE.md', () => {
  it.each(code.map((file) => [file.path, file] as const))('%s', (_path, file) => {
    expect(importViolations(file, importTable)).toEqual([])
  })

  it('lets nobody import tests, bench or scripts', () => {
    const shared = code.filter(({ path }) => /^(protocol|server|src)\//.test(path))
    const outward = shared.flatMap((file) => importsOf(file).map(({ from }) => `${file.path} → ${from}`))
    expect(outward.filter((line) => /→ (tests|bench|scripts)\/|\.test$/.test(line))).toEqual([])
  })
})

describe('the checker', () => {
  it.each([
    ['protocol/chat.ts', "import { Type } from '@sinclair/typebox'"],
    ['protocol/rules/speak.ts', "import { limits } from '../limits'"],
    ['src/engine/step.ts', "import { ops } from '../../protocol'"],
    ['src/engine/step.ts', "import { record } from '../../protocol/define'"],
    ['src/platform/socket.ts', "import { step } from '../engine/step'"],
    ['src/components/Bubble.vue', "<script setup>import { useChat } from '@/stores/chat'</script>"],
    ['src/pages/chat/index.vue', "<script setup>import axios from 'axios'</script>"],
    ['src/pages/chat/index.vue', "<script setup>import { createEngine } from '@/engine/engine'</script>"],
    ['server/chat/rules.ts', "import { place } from './sql'"],
    ['server/chat/sendMessage.ts', "import { isFriend } from '../contacts'"],
    ['server/contacts/acceptRequest.ts', "import { place } from '../chat/sql'"],
    ['server/chat/sendMessage.ts', "import { createSqlite } from '../db/sqlite'"],
    ['server/sync/pull.ts', "import { places } from '../chat'"],
    ['server/transport/ws.ts', "import { dispatch } from '../dispatch'"],
    ['server/transport/ws.ts', "const sql = await import('../db/sqlite')"],
    ['server/dispatch.ts', "import { handlers } from './chat/handlers'"],
    ['server/legacy/chat.ts', "import { send } from '../chat'"],
    ['server/log.ts', "export { x } from 'left-pad'"],
    ['elsewhere/x.ts', ''],
  ])('refuses in %s: %s', (path, text) => {
    expect(check(path, text)).toHaveLength(1)
  })

  it.each([
    ['src/engine/step.ts', "import type { Input } from '../../protocol'"],
    ['src/engine/step.ts', "import { canSpeak } from '../../protocol/rules/speak'"],
    ['server/contacts/acceptRequest.ts', "import { openDirect } from '../chat'"],
    ['server/contacts/acceptRequest.ts', "import { openDirect } from '../chat/index'"],
    ['server/transport/ws.ts', "import type { Dispatch } from '../dispatch'"],
  ])('allows in %s: %s', (path, text) => {
    expect(check(path, text)).toEqual([])
  })

  it.each(domains.slice(1))('lets no domain import one that comes after it: %s', (later) => {
    expect(check('server/media/x.ts', `import { x } from '../${later}'`)).toHaveLength(1)
  })
})
