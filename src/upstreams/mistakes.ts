import { isLoopbackHost } from '../outbound/index.ts';
import type { UpstreamDefinition } from './definition.ts';
import type { UpstreamSettings } from './settings.ts';

export interface UpstreamMistake {
  /** The place in the list and the key, for the config check. */
  path: (string | number)[];
  message: string;
}

/** What is wrong with a list of upstreams that each look right alone, in the order of the list. */
export function upstreamMistakes(
  settings: UpstreamSettings[],
  { issuer, mode }: { issuer: string; mode: 'development' | 'production' },
): UpstreamMistake[] {
  return settings.flatMap((entry, index) => {
    const found: UpstreamMistake[] = [];
    const complain = (key: string, message: string) => found.push({ path: [index, key], message });
    if (settings.findIndex((other) => other.id === entry.id) < index) complain('id', `\`${entry.id}\` is there twice`);
    if (!entry.enabled) return found;
    const mayBeSimulated =
      mode === 'development' && entry.preset !== 'oidc' && !entry.client_id && !entry.client_secret;
    if (!mayBeSimulated) {
      for (const key of ['client_id', 'client_secret'] as const)
        if (!entry[key]) complain(key, `is missing: ${entry.id} cannot be used without it`);
    }
    if (!entry.issuer) return found;
    const own = new URL(issuer);
    const theirs = new URL(entry.issuer);
    if (own.origin === theirs.origin) complain('issuer', 'is our own issuer: people would go round in circles');
    if (theirs.protocol === 'http:' && !(isLoopbackHost(theirs.hostname) && mode === 'development'))
      complain('issuer', 'must be https');
    return found;
  });
}

/** What an admin may do but should know about, one sentence each. */
export function upstreamWarnings(settings: UpstreamSettings[], definitions: UpstreamDefinition[]): string[] {
  return settings.flatMap((entry) => {
    const found: string[] = [];
    const definition = definitions.find((candidate) => candidate.id === entry.id);
    if (!definition) return found;
    if (entry.linking === 'verified') {
      found.push(
        `upstream ${entry.id}: linking is \`verified\`: an address that it merely checked once opens the account that has it`,
      );
    }
    const trust = entry.email_trust;
    if (trust === 'authoritative') {
      found.push(
        `upstream ${entry.id}: email_trust is \`authoritative\`: it may speak for every address, of any domain`,
      );
    }
    if (typeof trust === 'object' && trust.default !== 'unverified') {
      found.push(
        `upstream ${entry.id}: email_trust.default is \`${trust.default}\`: addresses that nobody checked are believed`,
      );
    }
    if (definition.pkce === 'off' && entry.pkce === 'off') found.push(`upstream ${entry.id}: pkce is off`);
    return found;
  });
}
