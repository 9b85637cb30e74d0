/** What a refused REST call gets. */
import type { FastifyReply } from 'fastify'
import { errors, type Failure } from '../../protocol/errors'

/** `{error: {code, data}}` with the catalogue's status, or another where HTTP has a better one. */
export function fail(reply: FastifyReply, error: Failure, status = errors[error.code].http): FastifyReply {
  const waitMs = error.data?.retryAfterMs
  if (typeof waitMs === 'number') void reply.header('retry-after', Math.ceil(waitMs / 1000))
  if (status === 401) void reply.header('www-authenticate', 'Bearer')
  return reply.code(status).send({ error })
}
