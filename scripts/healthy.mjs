// Is the server of this environment ready? Exit code 0: yes. The image asks it (Dockerfile).
import { authorityOf } from './address.mjs'

const isReady = await fetch(`http://${authorityOf(process.env)}/readyz`).then(
  ({ ok }) => ok,
  () => false,
)
process.exit(isReady ? 0 : 1)
