import { z } from 'zod';
import { isTrue, pathSchema, scalarSchema, type Scalar } from './conditions.ts';
import { isEmpty, readPath } from './paths.ts';
import { conversions, convert, type Conversion } from './values.ts';

/** Where one claim comes from. Exactly one of `from`, `pick`, `template` and `const` is set. */
export interface ClaimRule {
  /** The first of these paths that holds something. */
  from?: string[] | undefined;
  /** A list; the first entry that fits `where`; of it the value at `take`. */
  pick?: string | undefined;
  where?: Record<string, Scalar> | undefined;
  take?: string | undefined;
  /** A text with `{path}` in it; in a URL each value is percent-encoded. Nothing when one of them, or of `needs`, is missing. */
  template?: string | undefined;
  needs?: string[] | undefined;
  const?: Scalar | undefined;
  default?: Scalar | undefined;
  as?: Conversion | undefined;
  /** A text with one of these endings counts as nothing. */
  reject?: { suffix: string[] } | undefined;
}

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** The schema of a rule. */
export const claimRuleSchema: z.ZodType<ClaimRule> = z
  .strictObject({
    from: z.array(pathSchema).min(1).optional(),
    pick: pathSchema.optional(),
    where: z.record(pathSchema, scalarSchema).optional(),
    take: pathSchema.optional(),
    template: z.string().max(500).optional(),
    needs: z.array(pathSchema).optional(),
    const: scalarSchema.optional(),
    default: scalarSchema.optional(),
    as: z.enum(conversions).optional(),
    reject: z.strictObject({ suffix: z.array(z.string().min(1)).min(1) }).optional(),
  })
  .superRefine((rule, context) => {
    const kinds = [rule.from, rule.pick, rule.template, rule.const].filter((kind) => kind !== undefined);
    const complain = (message: string) => context.addIssue({ code: 'custom', message });
    if (kinds.length !== 1) complain('a claim has exactly one of `from`, `pick`, `template` and `const`');
    if (rule.pick === undefined && (rule.where || rule.take)) complain('`where` and `take` belong to `pick`');
    if (rule.pick !== undefined && !rule.take) complain('`pick` needs `take`');
    if (rule.template === undefined && rule.needs) complain('`needs` belongs to `template`');
    for (const path of placeholders(rule)) {
      if (!pathSchema.safeParse(path).success) complain(`\`{${path}}\` is not a path such as \`user.id\``);
    }
  });

/** The value of a claim, or undefined. */
export function applyRule(
  rule: ClaimRule,
  roots: Readonly<Record<string, unknown>>,
  conversion: Conversion = 'string',
): string | boolean | undefined {
  const as = rule.as ?? conversion;
  const found = find(rule, roots, as === 'https-url') ?? rule.default;
  const value = isEmpty(found) ? undefined : convert(found, as);
  return isRejected(rule, value) ? undefined : value;
}

/** Whether the upstream sent something for an address that is none. */
export function hasBadAddress(rule: ClaimRule, roots: Readonly<Record<string, unknown>>): boolean {
  const found = find(rule, roots, false);
  return !isEmpty(found) && convert(found, 'email') === undefined;
}

function isRejected({ reject }: ClaimRule, value: unknown): boolean {
  if (!reject || typeof value !== 'string') return false;
  return reject.suffix.some((ending) => value.toLowerCase().endsWith(ending.toLowerCase()));
}

/** Every path that a rule reads, so that a page can list what we take. */
export function pathsOfRule(rule: ClaimRule): string[] {
  const picked = rule.pick
    ? [rule.take ?? '', ...Object.keys(rule.where ?? {})].map((path) => `${rule.pick}.${path}`)
    : [];
  return [...(rule.from ?? []), ...picked, ...placeholders(rule), ...(rule.needs ?? [])];
}

function find(rule: ClaimRule, roots: Readonly<Record<string, unknown>>, encoded: boolean): unknown {
  if (rule.const !== undefined) return rule.const;
  if (rule.template !== undefined) return fill(rule, roots, encoded ? encodeURIComponent : (text) => text);
  if (rule.pick !== undefined) return pickFrom(rule, readPath(roots, rule.pick));
  const path = rule.from?.find((candidate) => !isEmpty(readPath(roots, candidate)));
  return path === undefined ? undefined : readPath(roots, path);
}

function pickFrom({ where = {}, take = '' }: ClaimRule, list: unknown): unknown {
  if (!Array.isArray(list)) return undefined;
  const entry: unknown = list.slice(0, 100).find((candidate: unknown) =>
    Object.entries(where).every(([path, wanted]) => {
      const value = readPath({ candidate }, `candidate.${path}`);
      return wanted === true ? isTrue(value) : value === wanted;
    }),
  );
  const found = readPath({ entry }, `entry.${take}`);
  return isEmpty(found) ? undefined : found;
}

function fill(
  rule: ClaimRule,
  roots: Readonly<Record<string, unknown>>,
  encode: (text: string) => string,
): string | undefined {
  const missing = [...placeholders(rule), ...(rule.needs ?? [])].some((path) => isEmpty(readPath(roots, path)));
  if (missing) return undefined;
  return (rule.template ?? '').replaceAll(PLACEHOLDER, (_all, path: string) =>
    encode(String(convert(readPath(roots, path), 'string') ?? '')),
  );
}

function placeholders(rule: ClaimRule): string[] {
  return [...(rule.template ?? '').matchAll(PLACEHOLDER)].map((match) => match[1] ?? '');
}
