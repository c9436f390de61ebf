import { z } from 'zod';
import { isEmpty, isPath, readPath } from './paths.ts';

/** A value as the config file writes it. */
export type Scalar = string | number | boolean;

/** A closed set of questions about what an upstream answered; exactly one key is set. */
export interface Condition {
  exists?: string | undefined;
  true?: string | undefined;
  equals?: [string, Scalar] | undefined;
  in?: [string, Scalar[]] | undefined;
  suffix?: [string, string] | undefined;
  domain_equals?: [string, string] | undefined;
  all?: Condition[] | undefined;
  any?: Condition[] | undefined;
  not?: Condition | undefined;
}

const MOST_ENTRIES = 1000;

/** A path into a source, as the config file writes it. */
export const pathSchema = z.string().refine(isPath, { error: 'must be a path such as `user.email`' });
/** The schema of such a value. */
export const scalarSchema = z.union([z.string(), z.number(), z.boolean()]);

/** The schema of a condition. Unknown keys, no key and two keys are refused. */
export const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z
    .strictObject({
      exists: pathSchema.optional(),
      true: pathSchema.optional(),
      equals: z.tuple([pathSchema, scalarSchema]).optional(),
      in: z.tuple([pathSchema, z.array(scalarSchema)]).optional(),
      suffix: z.tuple([pathSchema, z.string().min(1)]).optional(),
      domain_equals: z.tuple([pathSchema, pathSchema]).optional(),
      all: z.array(conditionSchema).min(1).optional(),
      any: z.array(conditionSchema).min(1).optional(),
      not: conditionSchema.optional(),
    })
    .refine((condition) => Object.keys(condition).length === 1, { error: 'a condition has exactly one key' }),
);

/**
 * Whether a condition holds. Missing values make every question but `not` false, so a rule never passes on silence. A list
 * (groups, roles) equals what one of its entries equals.
 */
export function holds(condition: Condition, roots: Readonly<Record<string, unknown>>): boolean {
  const read = (path: string): unknown => readPath(roots, path);
  if (condition.exists !== undefined) return !isEmpty(read(condition.exists));
  if (condition.true !== undefined) return isTrue(read(condition.true));
  if (condition.equals) return isOneOf(read(condition.equals[0]), [condition.equals[1]]);
  if (condition.in) return isOneOf(read(condition.in[0]), condition.in[1]);
  if (condition.suffix) return endsWith(read(condition.suffix[0]), condition.suffix[1]);
  if (condition.domain_equals) return hasDomain(read(condition.domain_equals[0]), read(condition.domain_equals[1]));
  if (condition.all) return condition.all.every((part) => holds(part, roots));
  if (condition.any) return condition.any.some((part) => holds(part, roots));
  if (condition.not) return !holds(condition.not, roots);
  return false;
}

/** The tolerant boolean: some upstreams send it as text or number. Nothing else counts. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 1 || value === '1';
}

/** Every path that a condition reads. */
export function pathsOfCondition(condition: Condition): string[] {
  const { exists, equals, suffix, domain_equals: domain, all, any, not } = condition;
  const own = [exists, condition.true, equals?.[0], condition.in?.[0], suffix?.[0], ...(domain ?? [])];
  const inner = [...(all ?? []), ...(any ?? []), ...(not ? [not] : [])].flatMap(pathsOfCondition);
  return [...own.filter((path) => path !== undefined), ...inner];
}

function isOneOf(value: unknown, wanted: Scalar[]): boolean {
  const values: unknown[] = Array.isArray(value) ? value.slice(0, MOST_ENTRIES) : [value];
  return values.some((entry) => wanted.some((scalar) => scalar === entry));
}

function endsWith(value: unknown, ending: string): boolean {
  return typeof value === 'string' && value.toLowerCase().endsWith(ending.toLowerCase());
}

function hasDomain(address: unknown, domain: unknown): boolean {
  if (typeof address !== 'string' || typeof domain !== 'string' || isEmpty(domain)) return false;
  const at = address.lastIndexOf('@');
  return at > 0 && address.slice(at + 1).toLowerCase() === domain.toLowerCase();
}
