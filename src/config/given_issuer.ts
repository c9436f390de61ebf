import { placeAt, valueAt, type Tree } from './tree.ts';

/**
 * Sees to an issuer that a variable had a part in. The port that its scheme implies is taken off, as in
 * `http://localhost:80`, because nobody wrote it there on purpose. A PORT that is no port is a mistake of its own, and the
 * issuer that it spoils is none.
 */
export function settleGivenIssuer(tree: Tree): void {
  const place = placeAt(tree, ['issuer']);
  const issuer = tree.root['issuer'];
  if (!place?.source || typeof issuer !== 'string') return;
  if (place.source.text.includes('${PORT') && isSpoilt(tree)) {
    place.broken = true;
    return;
  }
  const url = URL.parse(issuer);
  const implied = url && { 'http:': '80', 'https:': '443' }[url.protocol];
  if (url && implied && issuer === `${url.origin}:${implied}`) tree.root['issuer'] = url.origin;
}

/** True when PORT itself is refused as the port. */
function isSpoilt(tree: Tree): boolean {
  if (placeAt(tree, ['http', 'port'])?.source?.text !== '${PORT}') return false;
  const port = Number(valueAt(tree.root, ['http', 'port']));
  return !Number.isInteger(port) || port < 1 || port > 65_535;
}
