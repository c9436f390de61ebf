import { isDeepStrictEqual } from 'node:util';
import type { Settings } from './settings.ts';
import type { Path } from './tree.ts';

/**
 * What a running process cannot change: where it listens, what it is bound to, and whose keys it holds. True for a whole
 * section, else the keys of it; false for what is taken while it runs.
 */
const bound = {
  issuer: true,
  mode: true,
  http: ['port', 'host', 'metrics_port', 'processes', 'drain_delay', 'drain_timeout'],
  database: true,
  encryption_key: true,
  subject_salt: true,
  development: true,
  brand: false,
  protocol: false,
  keys: false,
  places: false,
  mail: false,
  signup: false,
  passwords: false,
  require: false,
  passkeys: false,
  lifetimes: false,
  limits: false,
  outbound: false,
  upstreams: false,
  clients: false,
  resources: false,
} as const satisfies { [Key in keyof Settings]-?: boolean | readonly (keyof Settings[Key])[] };

const paths = Object.entries(bound).flatMap(([section, keys]): Path[] => {
  if (typeof keys !== 'boolean') return keys.map((key) => [section, key]);
  return keys ? [[section]] : [];
});

/** The keys in which two settings differ and that only a new process can take. */
export function needsRestart(before: Settings, after: Settings): Path[] {
  return paths.filter((path) => !isDeepStrictEqual(at(before, path), at(after, path)));
}

/** Whether only a new process can take what stands at this path. */
export function isBound(path: Path): boolean {
  return paths.some((one) => one.every((step, index) => path[index] === step));
}

function at(settings: Settings, path: Path): unknown {
  return path.reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], settings); // a path of the table
}
