import { keys, protocol, secrets, uris } from './rule_chapters/clients.ts';
import { files, ids, issuer, running, upstreams } from './rule_chapters/issuer.ts';

/** The rules by chapter, in the order in which the documentation has them. */
export const ruleBook = {
  'Files and values': files,
  'The issuer and its mode': issuer,
  Ids: ids,
  Upstreams: upstreams,
  'URIs of clients': uris,
  'Secrets of clients': secrets,
  'Keys of clients': keys,
  'The protocol': protocol,
  'While it runs': running,
};

const known: ReadonlySet<string> = new Set(Object.values(ruleBook).flatMap((rules) => Object.keys(rules)));

/** Where a rule is explained; undefined for one that nobody has written down. */
export function docsOf(rule: string): string | undefined {
  return known.has(rule) ? `docs/config-rules.md#${rule}` : undefined;
}
