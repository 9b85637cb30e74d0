/** Structured log, one JSON object a line. What people write, and what lets somebody in, is never in it. */
import { pino, type DestinationStream, type Logger } from 'pino'

export type Log = Logger

/** What is struck out, wherever it stands in the first five levels of a line. */
const secret = [
  'password',
  'passwordHash',
  'password_hash',
  'token',
  'accessToken',
  'refreshToken',
  'refresh_hash',
  'previous_hash',
  'jwtSecret',
  'authorization',
  'cookie',
  'text',
  'body',
  'body_json',
  'input',
  'in',
  'out',
  'output',
  'rows',
  'binds',
]
const levels = ['', '*.', '*.*.', '*.*.*.', '*.*.*.*.']

/** Writes to standard output unless told otherwise. `level` as in the setting LOG_LEVEL. */
export const createLog = (level: string, destination?: DestinationStream): Log =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: levels.flatMap((level) => secret.map((name) => `${level}${name}`)),
        censor: '[secret]',
      },
    },
    ...(destination ? [destination] : []),
  )
