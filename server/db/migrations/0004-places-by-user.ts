import type { Schema } from '../schema'

/**
 * Places of a conversation are found by its id, changed ones too: every send moves the version of the sender's place, and two
 * entries of this index with it. A conversation has few places, and all of them lie together.
 */
export const placesByUser = ({ dropIndex }: Schema): string[] => dropIndex('places', 'places_by_version')
