import { createHash } from 'node:crypto';
import { isSecret } from './secrets.ts';
import { isMapping, type Path } from './tree.ts';

/**
 * SHA-256 over the effective settings without secrets, in hex: equal for two processes exactly when they run the same
 * configuration, whatever the order of keys in the file.
 */
export function settingsHash(settings: object): string {
  return createHash('sha256')
    .update(JSON.stringify(plain(settings, [])))
    .digest('hex');
}

function plain(value: unknown, path: Path): unknown {
  if (Array.isArray(value)) return value.map((item, index) => plain(item, [...path, index]));
  if (isSecret(path) && !isPlainMapping(value)) return 'secret';
  if (!isMapping(value)) return value;
  return Object.keys(value)
    .toSorted()
    .filter((key) => value[key] !== undefined)
    .map((key) => [key, plain(value[key], [...path, key])]);
}

/** A mapping of the file; a key that was decoded is an object, too. */
function isPlainMapping(value: unknown): boolean {
  return isMapping(value) && !Buffer.isBuffer(value);
}
