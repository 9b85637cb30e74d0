/** What the compiler holds of handlers: `npm run check` fails when one of these mistakes compiles. */
import { expect, expectTypeOf, it } from 'vitest'
import type { Input } from '../../protocol'
import { handleRead, handleWrite, ok, refuse, type Handlers, type UserCaller } from '../../server/handle'

const read = { seq: 1, countable: 1 }
const markRead = handleWrite('chat.markRead', { run: async () => ok({ read }) })
type Rest = Omit<Handlers, 'chat.markRead'>

it('a missing handler does not compile', () => {
  const whole = (rest: Rest): Handlers => ({ ...rest, 'chat.markRead': markRead })
  // @ts-expect-error -- there is no chat.markRead
  const lacking = (rest: Rest): Handlers => rest
  expect([whole, lacking]).toHaveLength(2)
})

it('a handler under the name of another operation does not compile', () => {
  // @ts-expect-error -- chat.sendMessage answers something else
  const swapped = { 'chat.sendMessage': markRead } satisfies Pick<Handlers, 'chat.sendMessage'>
  expect(Object.keys(swapped)).toEqual(['chat.sendMessage'])
})

it('an error that the operation does not declare does not compile, a declared one does', () => {
  const declared = handleWrite('chat.markRead', { run: async () => refuse('notMember') })
  // @ts-expect-error -- chat.markRead does not declare accountTaken
  const undeclared = handleWrite('chat.markRead', { run: async () => refuse('accountTaken') })
  // @ts-expect-error -- nor does a read
  const undeclaredRead = handleRead('chat.listMessages', async () => refuse('accountTaken'))
  expect([declared, undeclared, undeclaredRead]).toHaveLength(3)
})

it('an output of another shape does not compile', () => {
  // @ts-expect-error -- seq is a number
  const wrong = handleWrite('chat.markRead', { run: async () => ok({ read: { ...read, seq: '1' } }) })
  expect(wrong).toBeDefined()
})

it('a handler gets the input of its operation, and a user where one must be signed in', () => {
  handleWrite('chat.markRead', {
    run: async ({ input, caller }) => {
      expectTypeOf(input).toEqualTypeOf<Input<'chat.markRead'>>()
      expectTypeOf(caller).toEqualTypeOf<UserCaller>()
      return ok({ read: { ...read, seq: input.seq } })
    },
  })
})
