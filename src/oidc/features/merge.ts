import type { Configuration } from 'oidc-provider';

type Part = Readonly<Record<string, unknown>>;

/**
 * One configuration out of the parts of many features: mappings are joined, lists appended. Throws where two parts give one
 * and the same key different values, which is our own mistake.
 */
export function mergeConfigurations(parts: readonly Configuration[]): Configuration {
  return parts.reduce<Part>((merged, part) => join(merged, { ...part }, ''), {});
}

function join(left: Part, right: Part, path: string): Part {
  const joined: Record<string, unknown> = { ...left };
  for (const [key, value] of Object.entries(right)) {
    if (value === undefined) continue;
    const before = joined[key];
    if (before === undefined) joined[key] = value;
    else if (Array.isArray(before) && Array.isArray(value)) joined[key] = [...new Set([...before, ...value])];
    else if (isPart(before) && isPart(value)) joined[key] = join(before, value, `${path}${key}.`);
    else if (before !== value) throw new TypeError(`two features configure ${path}${key}`);
  }
  return joined;
}

function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
