/** A MariaDB of a test's own, to be killed and frozen: its own folder, its own port, durable as rule D1 asks. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createConnection } from 'mysql2/promise'
import { freePort, startInstance, type Instance } from './child'

/** Every user of this instance is root without a password; it listens on loopback alone. */
export async function startMariadb(): Promise<Instance> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-mariadb-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const [data, port] = [path.join(folder, 'data'), await freePort()]
  const server = `mysql://root@127.0.0.1:${port}`
  try {
    execFileSync('mariadb-install-db', [...common(data), ...install], { stdio: 'pipe' })
    return await startInstance({
      ...{ port, url: `${server}/tokenim_test`, command: 'mariadbd', remove },
      args: [
        ...common(data),
        ...durable,
        ...small,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        `--socket=${path.join(folder, 'socket')}`,
      ],
      answers: async () => (await createConnection(server)).end(),
    })
  } catch (error) {
    remove()
    throw error
  }
}

const common = (data: string) => [
  '--no-defaults',
  `--datadir=${data}`,
  '--user=root',
  '--innodb-log-file-size=16M',
]
const install = ['--auth-root-authentication-method=normal', '--skip-test-db']
const durable = ['--innodb-flush-log-at-trx-commit=1']
const small = ['--innodb-buffer-pool-size=32M', '--performance-schema=OFF', '--skip-name-resolve']
