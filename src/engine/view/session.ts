/** Who is signed in. The same object until it changes. */
import type { Profile, RowOf } from '../../../protocol/records'
import type { SessionView } from '../face'
import type { State } from '../state'

export function createSession(state: State): () => SessionView {
  let row: RowOf<'profile'> | undefined
  let view: SessionView = { state: 'loading' }
  return () => {
    const fresh = sessionOf(state)
    const profile = state.account && profileOf(state)
    if (isSame(view, fresh) && row === profile) return view
    row = profile
    view = fresh.state === 'signedIn' && profile ? { ...fresh, me: toProfile(profile) } : fresh
    return view
  }
}

const profileOf = (state: State): RowOf<'profile'> | undefined =>
  state.account?.user.rows.get('profile') as RowOf<'profile'> | undefined

function sessionOf(state: State): SessionView {
  if (state.owned === false && state.elsewhere) return { state: 'elsewhere' }
  if (!state.loaded && state.elsewhere !== false) return { state: 'loading' }
  if (state.account) return { state: 'signedIn', userId: state.account.session.userId, me: undefined }
  return {
    state: 'signedOut',
    ...(state.endedBecause && { because: state.endedBecause }),
    ...(state.signingIn?.check && { checking: true }),
  }
}

function isSame(a: SessionView, b: SessionView): boolean {
  if (a.state === 'signedIn' && b.state === 'signedIn') return a.userId === b.userId
  if (a.state === 'signedOut' && b.state === 'signedOut')
    return a.because === b.because && a.checking === b.checking
  return a.state === b.state
}

function toProfile({ id, version, account, name, sortKey, letter }: RowOf<'profile'>): Profile {
  return { id, version, account, name, sortKey, letter }
}
