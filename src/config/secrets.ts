import { isMapping, placeAt, type Path, type Tree } from './tree.ts';

/** Keys whose value nobody may see, however it came into the file. */
const SECRET_KEY = /(^|_)(secret|secrets|salt|password|token|smtp|private_key|encryption_key|admin_key)$/;

/** True for a value that must not appear in any output: by its key, or because a file or variable holds it. */
export function isSecret(path: Path): boolean {
  const names = path.filter((step) => typeof step === 'string');
  const last = names.at(-1) ?? '';
  // How long a token lives is none.
  if (names.at(-2) === 'lifetimes') return false;
  // A hash is hidden as well: who mixes the two up has put the secret there.
  if (names.includes('client_secrets')) return last !== 'expires_at';
  return names.join('.') === 'database.url' || SECRET_KEY.test(last);
}

/** What stands at a path, in words that show no secret: a substituted value appears as the file writes it. */
export function describeFound(tree: Tree, path: Path, value: unknown): string {
  const source = placeAt(tree, path)?.source;
  if (source && (source.origin !== 'environment' || isSecret(path))) return `the value of ${source.text}`;
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (isSecret(path)) return 'a value that is not shown';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/**
 * Takes every substituted and every secret value out of a sentence that another room or library made, because it may quote
 * what it refuses.
 */
export function hideValues(sentence: string, tree: Tree): string {
  return hiddenValues(tree).reduce((text, value) => text.replaceAll(value, '•••'), sentence);
}

/** Longest first, so that a value that is part of another leaves no rest of it. */
function hiddenValues(tree: Tree): string[] {
  const values: string[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (Array.isArray(value)) value.forEach((item, index) => visit(item, [...path, index]));
    else if (isMapping(value)) for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
    else if (typeof value === 'string' && value.length > 3 && isHidden(tree, path)) values.push(value);
  };
  visit(tree.root, []);
  return values.toSorted((a, b) => b.length - a.length);
}

/** True for a value that no output may repeat: a secret, or one that was substituted. */
export function isHidden(tree: Tree, path: Path): boolean {
  return isSecret(path) || placeAt(tree, path)?.source !== undefined;
}
