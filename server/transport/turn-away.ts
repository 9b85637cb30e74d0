/** Answers requests that a loaded server turns away (L2). It reads no more of a frame than it must: refusing has to be cheap. */
import type { App } from '../app'

/** How phones write a request. One that is written otherwise is parsed, and turned away by dispatch. */
const request = /^\{"t":"req","id":(\d{1,15}),"op":"([A-Za-z.]{1,64})",/

/** The answer to a request that is turned away, as text; undefined: hear the frame. `ahead`: frames that wait to be heard. */
export function refusalOf(app: Pick<App, 'turnsAway'>, start: string, ahead: number): string | undefined {
  const [, id = '', op] = request.exec(start) ?? []
  const error = op === undefined ? undefined : app.turnsAway(op, ahead)
  return error && `{"t":"res","id":${Number(id)},"ok":false,"error":${JSON.stringify(error)}}`
}
