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
  answer: (result: HttpAnswer) => void,
): void {
  if (op === 'accounts.signIn' || op === 'accounts.register' || op === 'accounts.refresh')
    return answer({ ok: true, value: sessionOf(me, clock.now) })
  if (op !== 'sync.wait') return answer(model.call(me, op, input, clock.now))
  const { digest } = input as { digest: number }
  let isOver = false
  const tell = (now: number): void => {
    if (isOver) return
    isOver = true
    answer({ ok: true, value: { digest: now } })
  }
  const leave = model.wait(me, digest, tell)
  clock.after(limits.waitMs, () => {
    leave()
    tell(digest)
  })
}
