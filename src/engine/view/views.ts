/** All that stores read. Views keep what they built until the state under it changes. */
import type { Engine } from '../face'
import type { State } from '../state'
import { createChats } from './chats'
import { createContacts } from './contacts'
import { createRoom } from './room'
import { createSession } from './session'

type Views = Pick<
  Engine,
  'session' | 'link' | 'chats' | 'unreadTotal' | 'room' | 'profile' | 'contacts' | 'requests'
>

export const createViews = (state: State): Views => ({
  session: createSession(state),
  link: () => state.header.shown,
  ...createChats(state),
  room: createRoom(state),
  ...createContacts(state),
})
