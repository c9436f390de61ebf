import { z } from 'zod';
import { clientKeys } from '../clients/index.ts';
import { featureClientKeys, protocolSettings } from '../oidc/index.ts';
import type { SchemaNode } from './schema_nodes.ts';
import { settingsSchema } from './settings.ts';

/** What the file may say before substitution, as zod tells it. */
export const settingsShape = z.toJSONSchema(settingsSchema, { io: 'input', unrepresentable: 'any' }) as SchemaNode; // JSON Schema as zod writes it

const PLACEHOLDER: SchemaNode = { type: 'string', pattern: '\\$\\{.+\\}' };

/**
 * JSON Schema (2020-12) of the config file, for completion in editors. Wherever it asks for more than text, a
 * `${NAME}` that stands for such a value is fine as well.
 */
export function configJsonSchema(): object {
  return { title: 'Gatehouse configuration', ...withPlaceholders(closeClients(settingsShape)) };
}

/** A client may have any key of the protocol, which zod cannot know: with their names, editors see a misspelt one. */
function closeClients(shape: SchemaNode): SchemaNode {
  const clients = shape.properties?.['clients'];
  const { on, off } = featureClientKeys(protocolSettings.parse({}));
  const known = Object.fromEntries([...clientKeys, ...on, ...off.keys()].map((key): [string, SchemaNode] => [key, {}]));
  const items = {
    ...clients?.items,
    properties: { ...known, ...clients?.items?.properties },
    additionalProperties: false,
  };
  return { ...shape, properties: { ...shape.properties, clients: { ...clients, items } } };
}

function withPlaceholders(node: SchemaNode): SchemaNode {
  const { properties, additionalProperties, items, anyOf, oneOf, allOf, $defs, ...rest } = node;
  // Not every editor reads patterns with the unicode flag; the process checks them anyway.
  if (/\\p\{/i.test(rest.pattern ?? '')) delete rest.pattern;
  const each = (nodes: SchemaNode[] | undefined) => nodes?.map(withPlaceholders);
  const inner: SchemaNode = {
    ...rest,
    ...(properties && { properties: mapValues(properties) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === 'object' ? withPlaceholders(additionalProperties) : additionalProperties,
    }),
    ...(items && { items: withPlaceholders(items) }),
    ...(anyOf && { anyOf: each(anyOf) }),
    ...(oneOf && { oneOf: each(oneOf) }),
    ...(allOf && { allOf: each(allOf) }),
    ...($defs && { $defs: mapValues($defs) }),
  };
  const scalar = ['integer', 'number', 'boolean'].includes(node.type ?? '');
  const narrow = node.type === 'string' && (node.enum ?? node.format ?? node.pattern ?? node.minLength) !== undefined;
  if (!scalar && !narrow) return inner;
  const { default: fallback, description, ...value } = inner;
  return {
    ...(fallback !== undefined && { default: fallback }),
    ...(description !== undefined && { description }),
    anyOf: [value, PLACEHOLDER],
  };
}

function mapValues(nodes: Record<string, SchemaNode>): Record<string, SchemaNode> {
  return Object.fromEntries(Object.entries(nodes).map(([key, node]) => [key, withPlaceholders(node)]));
}
