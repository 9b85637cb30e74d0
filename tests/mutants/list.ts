/** All mutants. */
import { accountsMutants } from './list/accounts'
import { commitMutants } from './list/commit'
import { dataMutants } from './list/data'
import { engineMutants } from './list/engine'
import { nodesMutants } from './list/nodes'
import { syncMutants } from './list/sync'
import { transportMutants } from './list/transport'
import type { Mutant } from './mutant'

export const mutants: readonly Mutant[] = [
  ...commitMutants,
  ...dataMutants,
  ...syncMutants,
  ...engineMutants,
  ...transportMutants,
  ...accountsMutants,
  ...nodesMutants,
]
