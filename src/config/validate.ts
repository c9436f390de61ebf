import type { z } from 'zod';
import { nearest, type Mistake } from './mistakes.ts';

import { choicesOf, describeNodes, keysOf, nodesAt, type SchemaNode } from './schema_nodes.ts';
import { describeFound, hideValues, isHidden } from './secrets.ts';
import { dotted, placeAt, positionOf, valueAt, type Path, type Tree } from './tree.ts';

type Issue = z.core.$ZodIssue;

/** Every way in which the tree differs from the schema, with place, what is accepted and the likely intention. */
export function schemaMistakes(schema: z.ZodType, shape: SchemaNode, tree: Tree): Mistake[] {
  const result = schema.safeParse(tree.root);
  if (result.success) return [];
  return result.error.issues
    .flatMap((issue) => flatten(issue, []))
    .filter(({ path }) => !placeAt(tree, path)?.broken)
    .flatMap(({ issue, path }) => toMistakes(issue, path, shape, tree));
}

/**
 * Turns substituted text into the number or boolean that the schema wants at that place, so that `${PORT:-3000}` can be a
 * port. Only a whole scalar changes its type: text that a schema takes as text stays text, whatever it looks like.
 */
export function convertSubstituted(schema: z.ZodType, tree: Tree): void {
  const result = schema.safeParse(tree.root);
  if (result.success) return;
  for (const { issue, path } of result.error.issues.flatMap((entry) => flatten(entry, []))) {
    const value = valueAt(tree.root, path);
    if (issue.code !== 'invalid_type' || typeof value !== 'string' || !placeAt(tree, path)?.source) continue;
    if (['number', 'int'].includes(issue.expected) && /^-?\d{1,15}(\.\d+)?$/.test(value))
      replace(tree, path, Number(value));
    if (issue.expected === 'boolean' && /^(true|false)$/.test(value)) replace(tree, path, value === 'true');
  }
}

function replace(tree: Tree, path: Path, value: unknown): void {
  const parent = valueAt(tree.root, path.slice(0, -1));
  const last = path.at(-1);
  if (typeof parent !== 'object' || parent === null || last === undefined) return;
  (parent as Record<string | number, unknown>)[last] = value; // a mapping or list: both are indexed by key
}

/** The issues below a failed union: those of the alternative that came nearest, or the union itself when none did. */
function flatten(issue: Issue, base: Path): { issue: Issue; path: Path }[] {
  const path = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  if (issue.code !== 'invalid_union') return [{ issue, path }];
  const near = issue.errors.filter(
    (errors) => !errors.some(({ code, path: [first] }) => code.startsWith('invalid_') && first === undefined),
  );
  const best = near.toSorted((a, b) => a.length - b.length)[0];
  return best ? best.flatMap((inner) => flatten(inner, path)) : [{ issue, path }];
}

function toMistakes(issue: Issue, path: Path, shape: SchemaNode, tree: Tree): Mistake[] {
  const nodes = nodesAt(shape, path, tree.root);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((name) => unknownKey(tree, [...path, name], keysOf(nodes)));
  const value = valueAt(tree.root, path);
  const accepted = describeNodes(nodes);
  const key = dotted(path);
  if (value === undefined && ['invalid_type', 'invalid_value', 'invalid_union'].includes(issue.code)) {
    const message = 'this key is required';
    return [{ ...positionOf(tree, path, 'key'), rule: 'missing_key', key, message, accepted }];
  }
  const place = positionOf(tree, path, 'value');
  const found = describeFound(tree, path, value);
  if (issue.code === 'invalid_type') {
    return [
      {
        ...place,
        rule: 'wrong_type',
        key,
        found,
        accepted,
        suggestion: retyped(value, issue.expected, isHidden(tree, path)),
      },
    ];
  }
  if (issue.code === 'invalid_value' || issue.code === 'invalid_union') {
    const suggestion = typeof value === 'string' ? nearest(value, choicesOf(nodes)) : undefined;
    return [{ ...place, rule: 'wrong_value', key, found, accepted, suggestion }];
  }
  return [{ ...place, rule: ruleOf(issue), key, found, ...explain(issue, accepted, tree) }];
}

/** A key that nobody knows, with those that are known in its place. */
export function unknownKey(tree: Tree, path: Path, known: readonly string[]): Mistake {
  const name = String(path.at(-1) ?? '');
  return {
    ...positionOf(tree, path, 'key'),
    rule: 'unknown_key',
    key: dotted(path),
    message: 'this key means nothing here',
    accepted: known.length > 0 ? known.join(', ') : undefined,
    suggestion: nearest(name, known),
  };
}

/** The value as the schema wants it, where YAML read it as another type than its writer meant. */
function retyped(value: unknown, expected: string, hidden: boolean): string | undefined {
  if (expected === 'string' && ['number', 'boolean'].includes(typeof value)) {
    return hidden ? 'the same in quotes' : `"${String(value)}", in quotes`;
  }
  if (expected !== 'boolean' || typeof value !== 'string') return undefined;
  if (/^(yes|on)$/i.test(value)) return 'true';
  return /^(no|off)$/i.test(value) ? 'false' : undefined;
}

/** A room names its own rules in `params: { rule }` of a refinement. */
function ruleOf(issue: Issue): string {
  const rule: unknown = issue.code === 'custom' ? issue.params?.['rule'] : undefined;
  return typeof rule === 'string' ? rule : 'wrong_value';
}

/** What a room says about a value is a sentence, or the words for what it accepts ("a sender such as …"). */
function explain(issue: Issue, accepted: string | undefined, tree: Tree): { message?: string; accepted?: string } {
  if (issue.code === 'too_small') return { accepted: `at least ${issue.minimum}${unit(issue.origin)}` };
  if (issue.code === 'too_big') return { accepted: `at most ${issue.maximum}${unit(issue.origin)}` };
  // A sentence of zod's own says less than what the schema accepts.
  if (issue.message.startsWith('Invalid ')) return { accepted };
  const said = hideValues(issue.message, tree);
  return /^(an?|one) /.test(said) ? { accepted: said } : { message: said };
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters';
  return ['array', 'set'].includes(origin) ? ' entries' : '';
}
