import { describe, expect, it } from 'vitest'
import { connectionBounds, connectionsMin, openFilesMax } from './open-files'

describe('connections', () => {
  it.each([256, 1_024, 4_096, 20_000, 65_536, 1_048_576, undefined])(
    '[L8] leave files for everything else where %s may be open',
    (openFiles) => {
      const { connectionsMax, socketsMax, filesMax } = connectionBounds(openFiles, undefined)
      expect(connectionsMax + filesMax + 64).toBeLessThanOrEqual(openFiles ?? 100_000)
      expect(connectionsMax / socketsMax).toBeCloseTo(7 / 6)
      expect(filesMax).toBeGreaterThan(8)
    },
  )
  it('[L8] are as many as the setting says, and the start is refused where that is too much', () => {
    expect(connectionBounds(1_024, 500)).toEqual({ connectionsMax: 500, socketsMax: 429, filesMax: 71 })
    expect(() => connectionBounds(1_024, 1_000)).toThrow('CONNECTIONS_MAX: 1000 connections')
    expect(() => connectionBounds(100, undefined)).toThrow('ulimit -n')
    expect(() => connectionBounds(undefined, 1_000_000)).not.toThrow()
  })
  it('[L8] the limit of this process is known', () => {
    expect(openFilesMax() ?? Infinity).toBeGreaterThan(connectionsMin)
  })
})
