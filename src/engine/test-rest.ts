/** The model's side of REST. Not part of the app. */
import { limits } from '../../protocol/limits'
import type { HttpAnswer } from './ports'
import type { Model } from './test-model'
import { sessionOf, type Phone, type Post } from './test-world'

/** Sessions are always granted; tokens are not looked at. */
export function serveRest(
  { me, clock }: Phone,
  model: Model,
  { op, input }: Post,
  tell: (result: HttpAnswer) => void,
): void {
  const answer = (result: HttpAnswer): void => tell({ ...result, at: clock.now })
  if (op === 'accounts.signIn' || op === 'accounts.register' || op === 'accounts.refresh')
    return answer({ ok: true, value: sessionOf(me, clock.now) })
  if (op !== 'sync.wait') return answer(model.call(me, op, input, clock.now))
  const { digest } = input as { digest: number }
  let isOver = false
  const end = (now: number): void => {
    if (isOver) return
    isOver = true
    answer({ ok: true, value: { digest: now } })
  }
  const leave = model.wait(me, digest, end)
  clock.after(limits.waitMs, () => {
    leave()
    end(digest)
  })
}
