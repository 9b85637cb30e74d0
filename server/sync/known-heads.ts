/**
 * Heads as the last commit left them, so that the next transaction need not read them. Only where one process writes the database,
 * one transaction after another (SQLite). What is here is what the database has: a transaction hands over the heads it held once its COMMIT
 * has returned, and when it does not return well everything is forgotten.
 */
import type { StreamId } from '../../protocol/ids'
import type { Head } from '../handle'

/** Of each of two generations; a head takes some 120 bytes. */
export const generationMax = 32_768

export class KnownHeads {
  private young = new Map<StreamId, Readonly<Head>>()
  private old = new Map<StreamId, Readonly<Head>>()

  get(stream: StreamId): Readonly<Head> | undefined {
    return this.young.get(stream) ?? this.old.get(stream)
  }

  /** Those that were not used for a generation go. */
  keep(heads: ReadonlyMap<StreamId, Readonly<Head>>): void {
    for (const [stream, head] of heads) {
      if (this.young.size >= generationMax && !this.young.has(stream)) {
        this.old = this.young
        this.young = new Map()
      }
      this.young.set(stream, head)
    }
  }

  /** Remembers the heads as a transaction leaves them, or, when it fails or nobody knows, none. */
  async after<T extends { heads: ReadonlyMap<StreamId, Readonly<Head>> }>(
    transaction: Promise<T>,
  ): Promise<T> {
    try {
      const result = await transaction
      this.keep(result.heads)
      return result
    } catch (error) {
      this.forget()
      throw error
    }
  }

  forget(): void {
    this.young.clear()
    this.old.clear()
  }
}
