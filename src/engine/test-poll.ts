/** Phones whose network lets no socket live, as tests want them. Not part of the app. */
import { limits } from '../../protocol/limits'
import { Phone, type Post } from './test-world'

export const read = { is: 'call', op: 'contacts.searchAccount', input: { account: 'ben' } } as const
export const heads = (version = 0) => ({ heads: [{ stream: 1, version }], cursor: null })
export const postsOf = (phone: Phone, op: string): Post[] => phone.posts.filter((post) => post.op === op)
export const last = (phone: Phone, op: string): Post => {
  const post = postsOf(phone, op).at(-1)
  if (!post) throw new Error(`${op} was not called by REST`)
  return post
}
export const refuse = (
  phone: Phone,
  op: string,
  code: 'offline' | 'unavailable' | 'unauthenticated' | 'draining',
) => {
  last(phone, op).done({ ok: false, error: { code } })
  return phone.run()
}
export const answer = (phone: Phone, op: string, value: unknown) => {
  last(phone, op).done({ ok: true, value })
  return phone.run()
}
/** Sockets fail until REST is tried. */
export async function probing(phone?: Phone): Promise<Phone> {
  const it = phone ?? (await new Phone().signIn())
  for (let n = 0; n < 3; n++) {
    await it.run(n && limits.reconnectMs[n - 1])
    it.drop()
  }
  await it.run()
  return it
}
/** No socket lives, REST works, and there is nothing to catch up with. */
export async function polling(): Promise<Phone> {
  const phone = await probing()
  await answer(phone, 'sync.heads', heads())
  return phone
}
