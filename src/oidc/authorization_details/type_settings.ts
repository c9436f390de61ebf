import { z } from 'zod';

/** What people read: one text, or one for each language. */
const line = z
  .string()
  .trim()
  .regex(/^\P{C}{1,100}$/u, 'one to a hundred characters, on one line');
const label = z
  .union([line, z.record(z.string().regex(/^[a-z]{2}$/, 'a language such as en'), line)])
  .describe('What people read for it: a text, or one for each language.');

const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'a name of letters, digits and underscores');

const common = {
  label,
  required: z.boolean().default(false),
  /** A list of such values. */
  many: z.boolean().default(false),
};

const simple = [
  z.strictObject({ kind: z.literal('text'), max: z.int().min(1).max(1000).default(140), ...common }),
  z.strictObject({ kind: z.literal('number'), min: z.number().optional(), max: z.number().optional(), ...common }),
  z.strictObject({ kind: z.literal('boolean'), ...common }),
  z.strictObject({ kind: z.literal('date'), ...common }),
  z.strictObject({ kind: z.literal('choice'), values: z.record(z.string().min(1).max(200), label), ...common }),
] as const;

const group = z.strictObject({
  kind: z.literal('group'),
  fields: z.record(name, z.discriminatedUnion('kind', simple)),
  ...common,
});

/** What `rich_authorization_requests` may say: each type that an app can ask for, as data (RFC 9396 2). Nothing else is taken. */
export const authorizationTypes = z.strictObject({
  types: z
    .record(
      z
        .string()
        .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'a type like payment_initiation: visible ASCII without quotes'),
      z.strictObject({ label, fields: z.record(name, z.discriminatedUnion('kind', [...simple, group])) }),
    )
    .refine((types) => Object.keys(types).length > 0, 'at least one type')
    .describe('What apps may ask for in detail, by the name of the type: its label, and its fields.'),
});

/** The types by name. */
export type AuthorizationTypes = z.output<typeof authorizationTypes>['types'];

/** One type, with what people read for it. */
export type AuthorizationType = AuthorizationTypes[string];

/** One field of a type. */
export type DetailField = AuthorizationType['fields'][string];

/** A text for people, in one language or in several. */
export type Label = z.output<typeof label>;
