import type { Choice } from './mutant'

/** So many seeds of the simulator, for bugs that whole worlds find. */
export const simulated: Choice = {
  file: 'tests/sim/sim.test.ts',
  title: 'every law holds from seed',
  env: { TOKENIM_SIM_SEEDS: '50' },
}
