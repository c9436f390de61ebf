import { isLoopbackHost } from '../outbound/index.ts';
import { isSimulatable } from './definition.ts';
import type { UpstreamSettings } from './settings.ts';

/** Something about one entry of the list. */
interface UpstreamMistake {
  /** The place in the list and the key, for the config check. */
  path: (string | number)[];
  message: string;
  /** An admin may do this, but should know what it means. */
  warning?: true;
}

/** What is wrong with a list of upstreams that each look right alone, and what is daring, in the order of the list. */
export function upstreamMistakes(
  settings: UpstreamSettings[],
  place: { issuer: string; mode: 'development' | 'production' },
): UpstreamMistake[] {
  return settings.flatMap((entry, index) => {
    const twice = settings.findIndex((other) => other.id === entry.id) < index;
    const found = [
      ...(twice ? [{ key: 'id', message: `\`${entry.id}\` is there twice` }] : []),
      ...(entry.enabled ? [...credentialMistakes(entry, place.mode), ...issuerMistakes(entry, place)] : []),
    ];
    return [
      ...found.map(({ key, message }) => ({ path: [index, key], message })),
      ...(entry.enabled ? warningsOf(entry) : []).map(({ key, message }) => {
        return { path: [index, key], message, warning: true as const };
      }),
    ];
  });
}

interface Complaint {
  key: string;
  message: string;
}

function credentialMistakes(entry: UpstreamSettings, mode: 'development' | 'production'): Complaint[] {
  if (mode === 'development' && isSimulatable(entry)) return [];
  return (['client_id', 'client_secret'] as const)
    .filter((key) => !entry[key])
    .map((key) => ({ key, message: `is missing: ${entry.id} cannot be used without it` }));
}

function issuerMistakes(
  entry: UpstreamSettings,
  { issuer, mode }: { issuer: string; mode: 'development' | 'production' },
): Complaint[] {
  if (!entry.issuer) return [];
  const { origin, protocol, hostname } = new URL(entry.issuer);
  const found: Complaint[] = [];
  if (origin === new URL(issuer).origin) {
    found.push({ key: 'issuer', message: 'is our own issuer: people would go round in circles' });
  }
  if (protocol === 'http:' && !(isLoopbackHost(hostname) && mode === 'development')) {
    found.push({ key: 'issuer', message: 'must be https' });
  }
  return found;
}

function warningsOf({ linking, email_trust: trust, pkce }: UpstreamSettings): Complaint[] {
  const found: Complaint[] = [];
  if (linking === 'verified') {
    const message = '`verified`: an address that it merely checked once opens the account that has it';
    found.push({ key: 'linking', message });
  }
  if (trust === 'authoritative') {
    found.push({ key: 'email_trust', message: '`authoritative`: it may speak for every address, of any domain' });
  }
  if (typeof trust === 'object' && trust.default !== 'unverified') {
    const message = `\`default: ${trust.default}\`: addresses that nobody checked are believed`;
    found.push({ key: 'email_trust', message });
  }
  if (pkce === 'off') found.push({ key: 'pkce', message: '`off`: a stolen code can be redeemed by whoever has it' });
  return found;
}
