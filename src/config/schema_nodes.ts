import { isMapping, valueAt, type Path } from './tree.ts';

/** The part of JSON Schema that zod writes and we read. */
export interface SchemaNode {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  minItems?: number;
  properties?: Record<string, SchemaNode>;
  additionalProperties?: SchemaNode | boolean;
  required?: string[];
  items?: SchemaNode;
  anyOf?: SchemaNode[];
  oneOf?: SchemaNode[];
  allOf?: SchemaNode[];
  $ref?: string;
  $defs?: Record<string, SchemaNode>;
  description?: string;
  pattern?: string;
  default?: unknown;
}

/** The nodes that may describe the value at a path; of alternatives those whose constants fit what the file says. */
export function nodesAt(schema: SchemaNode, path: Path, root: unknown): SchemaNode[] {
  let nodes = alternatives(schema, schema, root);
  path.forEach((step, index) => {
    const value = valueAt(root, path.slice(0, index + 1));
    nodes = nodes.flatMap((node) => child(node, step)).flatMap((node) => alternatives(node, schema, value));
  });
  return nodes;
}

function child(node: SchemaNode, step: string | number): SchemaNode[] {
  if (typeof step === 'number') return node.items ? [node.items] : [];
  const known = node.properties?.[step];
  if (known) return [known];
  return typeof node.additionalProperties === 'object' ? [node.additionalProperties] : [];
}

function alternatives(node: SchemaNode, schema: SchemaNode, value: unknown): SchemaNode[] {
  const target = node.$ref ? (schema.$defs?.[node.$ref.replace('#/$defs/', '')] ?? {}) : node;
  const branches = target.anyOf ?? target.oneOf;
  if (target.allOf) return target.allOf.flatMap((part) => alternatives(part, schema, value));
  if (!branches) return [target];
  const open = branches.flatMap((branch) => alternatives(branch, schema, value));
  const fitting = open.filter((branch) => fits(branch, value));
  return fitting.length > 0 ? fitting : open;
}

function fits(node: SchemaNode, value: unknown): boolean {
  if (!isMapping(value) || !node.properties) return true;
  return Object.entries(node.properties).every(
    ([key, property]) => property.const === undefined || property.const === value[key],
  );
}

/** The keys that a mapping may have. */
export function keysOf(nodes: readonly SchemaNode[]): string[] {
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** Constants and names that a value may be, for "did you mean". */
export function choicesOf(nodes: readonly SchemaNode[]): string[] {
  return nodes.flatMap((node) => node.enum ?? (node.const === undefined ? [] : [node.const])).map(String);
}

/** What is accepted, in words: `a whole number from 1 to 65535`, `open, domains, invite or closed`. */
export function describeNodes(nodes: readonly SchemaNode[]): string | undefined {
  const choices = choicesOf(nodes);
  const others = nodes.filter((node) => !node.enum && node.const === undefined).map(describeNode);
  const words = [...new Set([...choices, ...others.filter((text) => text !== undefined)])];
  if (words.length < 2) return words[0];
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

function describeNode(node: SchemaNode): string | undefined {
  if (node.type === 'integer') return `a whole number${range(node)}`;
  if (node.type === 'number') return `a number${range(node)}`;
  if (node.type === 'boolean') return 'true or false';
  if (node.type === 'object') return 'a mapping of keys';
  if (node.type === 'array') {
    const item = node.items ? describeNodes(alternatives(node.items, node, undefined)) : undefined;
    return item ? `a list of ${item.replace(/^an? /, '')}` : 'a list';
  }
  if (node.type !== 'string') return undefined;
  return node.format === 'uri' ? 'a URL' : node.format ? `text (${node.format})` : 'text';
}

function range(node: SchemaNode): string {
  const low = node.minimum !== undefined && node.minimum > Number.MIN_SAFE_INTEGER ? node.minimum : undefined;
  const high = node.maximum !== undefined && node.maximum < Number.MAX_SAFE_INTEGER ? node.maximum : undefined;
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}`;
  if (low !== undefined) return ` of at least ${low}`;
  return high === undefined ? '' : ` of at most ${high}`;
}
