/**
 * Defines operations, events and records. The only file that names the schema library (TypeBox: a schema is JSON Schema).
 * Clients import what is defined here as types only, so the library never enters a client bundle.
 */
import {
  Kind,
  Type,
  TypeRegistry,
  type ArrayOptions,
  type IntegerOptions,
  type Static,
  type StringOptions,
  type TObject,
  type TProperties,
  type TSchema,
  type TUnsafe,
} from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { ErrorCode } from './errors'

export type { Static, TSchema }

type Bounds<K extends string> = { readonly [name in K]: number }
/**
 * What schemas are made of. Numbers are whole and have both ends, texts and lists have an upper one (F18): there is no way
 * to write a schema without them.
 */
export const t = {
  Integer: (options: IntegerOptions & Bounds<'minimum' | 'maximum'>) => Type.Integer(options),
  String: (options: StringOptions & Bounds<'maxLength'>) => Type.String(options),
  Array: <S extends TSchema>(items: S, options: ArrayOptions & Bounds<'maxItems'>) =>
    Type.Array(items, options),
  Boolean: Type.Boolean,
  Literal: <const V extends string>(value: V) => Type.Literal(value),
  Null: Type.Null,
  Optional: Type.Optional,
  Union: Type.Union,
  Composite: Type.Composite,
}

/**
 * `read` runs on a snapshot; `write` runs in a write transaction.
 * `auth`: `public` (no token), `user` (signed in), `system` (timed jobs only: every transport refuses it).
 */
export type OpKind = 'read' | 'write'
export type Auth = 'public' | 'user' | 'system'
/**
 * How a write answers its own repetition. `natural`: the data itself makes it harmless (max, set, unique key);
 * `stored`: the first success is kept under (user, operation, clientId).
 */
export type Repeat = 'natural' | 'stored'
/** At most `count` calls per `windowMs` and user (or address, where nobody is signed in). */
export interface RateLimit {
  readonly per: 'user' | 'address'
  readonly count: number
  readonly windowMs: number
}

export interface OpDefinition<
  I extends TSchema = TSchema,
  O extends TSchema = TSchema,
  E extends ErrorCode = ErrorCode,
  K extends OpKind = OpKind,
  R extends Repeat = Repeat,
> {
  readonly kind: K
  readonly auth: Auth
  readonly repeat?: R
  readonly limit: RateLimit
  readonly input: I
  readonly output: O
  readonly errors: readonly E[]
  readonly doc: string
}

/**
 * One operation. From it come the types of both sides, validation, the REST route, the WebSocket frame and the docs.
 * A write names how it repeats; a `stored` one must carry a `clientId`.
 */
export function op<
  I extends TSchema,
  O extends TSchema,
  const E extends ErrorCode,
  const K extends OpKind,
  const R extends Repeat,
>(definition: OpDefinition<I, O, E, K, R> & (K extends 'write' ? { repeat: R } : { repeat?: never })) {
  return definition as OpDefinition<I, O, E, K, R>
}

export interface EventDefinition<D extends TSchema = TSchema> {
  readonly data: D
  readonly doc: string
}
/** Something the server tells a phone by itself, over the socket. */
export const event = <D extends TSchema>(definition: EventDefinition<D>): EventDefinition<D> => definition

/** An object without room for unknown keys. */
export const record = <P extends TProperties>(properties: P, doc?: string): TObject<P> =>
  Type.Object(properties, { additionalProperties: false, ...(doc ? { description: doc } : {}) })

/** The library knows no `enum` of texts: this kind of schema checks it. */
const oneOfKind = 'OneOf'
TypeRegistry.Set<TSchema & { enum: readonly unknown[] }>(oneOfKind, (schema, value) =>
  schema.enum.includes(value),
)

/** A literal union: `oneOf('direct', 'group')`. */
export const oneOf = <const V extends string[]>(...values: V) =>
  Type.Unsafe<V[number]>({ [Kind]: oneOfKind, type: 'string', enum: values })

type TextOptions = StringOptions & Bounds<'maxLength'>
/** Defines texts that keep a rule of protocol/rules: what it gives makes their schemas. `name` is said in refusals. */
export function textKind(
  name: string,
  keeps: (text: string) => boolean,
): (options: TextOptions) => TUnsafe<string> {
  TypeRegistry.Set<TSchema & TextOptions>(name, ({ minLength = 0, maxLength }, value) => {
    if (typeof value !== 'string') return false
    return value.length >= minLength && value.length <= maxLength && keeps(value)
  })
  return (options) => Type.Unsafe<string>({ [Kind]: name, type: 'string', format: name, ...options })
}

/** Where a value first fails its schema: a JSON pointer and what was expected there. */
export interface Issue {
  path: string
  message: string
}
/** Compiles a schema for the server. The check returns undefined when the value fits. */
export function compile(schema: TSchema): (value: unknown) => Issue | undefined {
  const check = TypeCompiler.Compile(schema)
  return (value) => {
    if (check.Check(value)) return undefined
    const first = check.Errors(value).First()
    return { path: first?.path ?? '', message: first?.message ?? 'does not fit' }
  }
}
