import { createPrivateKey } from 'node:crypto';
import { hasAllowedScheme } from '../outbound/index.ts';
import { missingCredentials } from './credentials.ts';
import { effectivePreset, urlsIn } from './effective_preset.ts';
import { secretExpiry } from './inspection/secret_expiry.ts';
import { pathsOfCondition } from './mapping/conditions.ts';
import { presets } from './presets/all.ts';
import type { UpstreamSettings } from './settings.ts';
import { isSimulatable } from './simulated.ts';

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
      ...(entry.enabled ? domainMistakes(entry, settings.slice(0, index)) : []),
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

function domainMistakes({ domains = [] }: UpstreamSettings, before: UpstreamSettings[]): Complaint[] {
  return domains.flatMap((domain, position) => {
    const taken = before.some((entry) => entry.enabled && entry.domains?.includes(domain));
    if (taken) return [{ key: 'domains', message: 'another upstream has one of these domains already' }];
    return domains.indexOf(domain) < position
      ? [{ key: 'domains', message: 'one of these domains is there twice' }]
      : [];
  });
}

function credentialMistakes(entry: UpstreamSettings, mode: 'development' | 'production'): Complaint[] {
  if (mode === 'development' && isSimulatable(entry)) return [];
  const missing = missingCredentials(entry);
  if (presets[entry.preset].token_auth !== 'signed_secret') {
    const found = missing.map((key) => ({ key, message: `is missing: ${entry.id} cannot be used without it` }));
    return [...found, ...keyMistakes(entry)];
  }
  if (missing.length === 0 && !entry.client_secret) return keyMistakes(entry);
  const message = `has client_id, team_id, key_id and private_key (the .p8 file), and no client_secret: we sign that ourselves`;
  return [
    {
      key: entry.client_secret ? 'client_secret' : (missing[0] ?? 'private_key'),
      message: `${entry.preset} ${message}`,
    },
  ];
}

/** A key that nothing can be signed with is found now and not at the first login. */
function keyMistakes({ preset, private_key: pem }: UpstreamSettings): Complaint[] {
  if (!pem) return [];
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPrivateKey(pem);
    const isP256 = type === 'ec' && details?.namedCurve === 'prime256v1';
    if (isP256 || (presets[preset].token_auth !== 'signed_secret' && (type === 'rsa' || type === 'ed25519'))) return [];
    return [{ key: 'private_key', message: 'is a key of another kind than this upstream takes' }];
  } catch {
    return [{ key: 'private_key', message: 'is no private key in PEM (PKCS #8)' }];
  }
}

function issuerMistakes(
  entry: UpstreamSettings,
  { issuer, mode }: { issuer: string; mode: 'development' | 'production' },
): Complaint[] {
  return urlsIn(entry).flatMap(({ key, url: written }) => {
    const url = new URL(written);
    const isOwn = url.origin === new URL(issuer).origin;
    return [
      ...(isOwn ? [{ key, message: 'is our own issuer: people would go round in circles' }] : []),
      ...(hasAllowedScheme(url, mode === 'development') ? [] : [{ key, message: 'must be https' }]),
    ];
  });
}

function warningsOf(entry: UpstreamSettings): Complaint[] {
  const { linking, email_trust: trust, pkce, token_auth: auth, id_token_algs: algs } = entry;
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
  if (auth === 'none') {
    found.push({ key: 'token_auth', message: '`none`: whoever knows the client_id can redeem a stolen code' });
  }
  if (algs?.includes('HS256')) {
    found.push({ key: 'id_token_algs', message: '`HS256`: whoever has the client secret can sign in as anybody' });
  }
  const ends = secretExpiry(entry.secret_expires_at);
  if (ends !== undefined) found.push({ key: 'secret_expires_at', message: ends });
  return [...found, ...hintWarnings(entry)];
}

/** A hint chooses the first page at the upstream and nothing more: whoever changes the URL comes in all the same. */
function hintWarnings(entry: UpstreamSettings): Complaint[] {
  const { restrict = [], hints = {} } = effectivePreset(entry);
  const proven = new Set(restrict.flatMap(pathsOfCondition));
  return Object.entries(hints).flatMap(([name, path]) => {
    if (entry.params?.[name] === undefined || proven.has(path)) return [];
    return [{ key: 'params', message: `\`${name}\` only proposes; to keep others out, \`restrict\` by \`${path}\`` }];
  });
}
