/** Seeds that once broke a law, in worlds as the test makes them, and what each found. */
export const keptSeeds: readonly { seed: number; found: string }[] = []
