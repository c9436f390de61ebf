/** Keys and list indexes from the root to a value. */
export type Path = readonly (string | number)[];

/** A place as an editor shows it; lines and columns begin at 1. */
export interface Position {
  file: string;
  line: number;
  column: number;
}

/** Where a value comes from, and what it was before substitution. */
export interface Place {
  /** Where the value stands. */
  value: Position;
  /** Where its key stands; for an item of a list, the item itself. */
  key: Position;
  /** The scalar as the file writes it, when a placeholder in it was replaced. */
  source?: { text: string; origin: 'variable' | 'file' | 'environment' };
  /** The value could not be made (a variable is missing): whatever else is said about it would be noise. */
  broken?: boolean;
}

/** The configuration as plain values, with the place of each. */
export interface Tree {
  root: Record<string, unknown>;
  places: Map<string, Place>;
}

/** The tree of an empty file. */
export function emptyTree(file: string): Tree {
  const start = { file, line: 1, column: 1 };
  return { root: {}, places: new Map([[placeKey([]), { value: start, key: start }]]) };
}

/** The key of a path in `Tree.places`. */
export function placeKey(path: Path): string {
  return JSON.stringify(path.map(String));
}

/** The place of a value that exists. */
export function placeAt(tree: Tree, path: Path): Place | undefined {
  return tree.places.get(placeKey(path));
}

/** Where to point for a path: the value or key itself, else the key of the nearest parent that is there. */
export function positionOf(tree: Tree, path: Path, part: 'key' | 'value'): Position {
  const exact = placeAt(tree, path);
  if (exact) return exact[part];
  for (let length = path.length - 1; length >= 0; length--) {
    const parent = placeAt(tree, path.slice(0, length));
    if (parent) return parent.key;
  }
  throw new Error('a tree always knows the place of its root');
}

/** The value at a path, or undefined. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step]; // an object or array: both are indexed by key
  }
  return value;
}

/** Puts a value at a path and makes the mappings above it; false when something else than a mapping is in the way. */
export function putAt(tree: Tree, path: Path, value: unknown): boolean {
  let parent = tree.root;
  for (const step of path.slice(0, -1)) {
    const next = (parent[step] ??= {});
    if (!isMapping(next)) return false;
    parent = next;
  }
  const last = path.at(-1);
  if (last !== undefined) parent[last] = value;
  return true;
}

/** A YAML mapping, as opposed to a list, a scalar and nothing. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `clients[0].redirect_uris` as people read it. */
export function dotted(path: Path): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index ? '.' : ''}${step}`)).join('');
}
