import { z } from 'zod';
import type { AuthorizationType, DetailField } from './type_settings.ts';

/** Values in one list: nobody reads more. */
const MOST = 20;

/** What a request may say of a type, made of the settings once. */
type DetailCheck = (detail: object) => string | undefined;

/** A check that says what is wrong with a detail: an unknown field, a missing one, or a value of another kind. */
export function checkOf(type: string, { fields }: AuthorizationType): DetailCheck {
  const schema = z.strictObject({ type: z.literal(type), ...shapeOf(fields) });
  return (detail) => {
    const [issue] = schema.safeParse(detail).error?.issues ?? [];
    if (!issue) return undefined;
    const where = [type, ...issue.path].join('.');
    return issue.code === 'unrecognized_keys'
      ? `${where} has no field ${issue.keys.join(', ')}`
      : `${where} cannot be this`;
  };
}

function shapeOf(fields: Record<string, DetailField>): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const one = valueOf(field);
      const value = field.many ? z.array(one).min(1).max(MOST) : one;
      return [name, field.required ? value : value.optional()];
    }),
  );
}

function valueOf(field: DetailField): z.ZodType {
  switch (field.kind) {
    case 'text':
      // People read it on the consent page: nothing invisible, nothing that turns the writing around.
      return z
        .string()
        .max(field.max)
        .regex(/^\P{C}+$/u);
    case 'number':
      return z
        .number()
        .min(field.min ?? -Infinity)
        .max(field.max ?? Infinity);
    case 'boolean':
      return z.boolean();
    case 'date':
      return z.iso.date();
    case 'choice':
      return z.enum(Object.keys(field.values));
    case 'group':
      return z.strictObject(shapeOf(field.fields));
  }
}
