/** How many connections this process may hold: each is an open file, and the system allows only so many (L8). */

export interface ConnectionBounds {
  /** Sockets: phones that are connected. */
  readonly socketsMax: number
  /** Connections of all kinds: what sockets leave is for calls, a seventh at least. */
  readonly connectionsMax: number
  /** Files that calls ask for. */
  readonly filesMax: number
}

/** For databases, Redis, logs and what the runtime opens. */
const keptBack = (openFiles: number): number => Math.max(64, Math.min(512, Math.floor(openFiles / 8)))
/** What memory allows without a setting. */
const usualMax = 70_000
export const connectionsMin = 64

/**
 * Shares out what may be open: of eight parts one for the files that calls ask for, the others for connections, of which six may
 * be sockets. `wanted` connections may be fewer. Throws Error, which names the setting, when the system does not allow so many. `openFiles` undefined: no limit.
 */
export function connectionBounds(
  openFiles: number | undefined,
  wanted: number | undefined,
): ConnectionBounds {
  const allowed = openFiles === undefined ? Infinity : Math.floor((7 * (openFiles - keptBack(openFiles))) / 8)
  if (allowed < connectionsMin || (wanted !== undefined && wanted > allowed))
    throw new Error(
      `CONNECTIONS_MAX: ${wanted ?? connectionsMin} connections need more open files than the ${openFiles} that the system ` +
        `allows: raise the limit (ulimit -n, LimitNOFILE=), which is enough for ${Math.max(0, allowed)} now`,
    )
  const connectionsMax = wanted ?? Math.min(allowed, usualMax)
  const filesMax = Math.floor(connectionsMax / 7)
  return { connectionsMax, filesMax, socketsMax: connectionsMax - filesMax }
}

/** The limit of open files of this process; undefined where there is none. */
export function openFilesMax(): number | undefined {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } }
  const soft = userLimits?.open_files?.soft
  return typeof soft === 'number' ? soft : undefined
}
