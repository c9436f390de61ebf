import { hmac } from '../kit/random.ts';
import { isSecret } from './secrets.ts';
import type { Settings } from './settings.ts';
import { isMapping, type Path } from './tree.ts';

/** How the hash of a secret begins. */
export const KEYED = 'keyed ';

/** Settings as they may be kept and shown. */
export type ShownSettings = Readonly<Record<string, unknown>>;

/**
 * The effective settings as plain JSON, with a keyed hash in the place of each secret: that one has changed is seen, and what
 * it is cannot be guessed without the salt.
 */
export function shownSettings(settings: Settings, salt: Buffer): ShownSettings {
  const shown = show(settings, [], { salt, name: [] });
  return isMapping(shown) ? shown : {};
}

function show(value: unknown, path: Path, { salt, name }: { salt: Buffer; name: readonly string[] }): unknown {
  // The name is hashed along: two clients with the same secret are not seen to have it.
  if (value !== undefined && isSecret(path))
    return `${KEYED}${hmac(salt, JSON.stringify(['applied config', name, value]))}`;
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      show(item, [...path, index], { salt, name: [...name, idOf(item) ?? String(index)] }),
    );
  }
  if (!isMapping(value)) return value;
  const entries = Object.keys(value)
    .toSorted()
    .map((key) => [key, show(value[key], [...path, key], { salt, name: [...name, key] })]);
  return Object.fromEntries(entries.filter(([, shown]) => shown !== undefined));
}

/** What an entry of a list is called; undefined for what has no name. */
export function idOf(entry: unknown): string | undefined {
  if (!isMapping(entry)) return undefined;
  // The `client_id` of an upstream is what it knows us by.
  const id = entry['id'] ?? entry['client_id'];
  return typeof id === 'string' ? id : undefined;
}
