import { SignJWT, importPKCS8 } from 'jose';
import { epochSeconds } from '../../../src/kit/clock.ts';
import { sha256 } from '../../../src/kit/random.ts';
import { presets, type SimulatedPreset } from '../../../src/upstreams/presets/all.ts';
import type { FakeUpstream } from './fake_upstream.ts';

const VERIFIER = 'v'.repeat(43);

/** Fields laid over what is right; null takes one away. */
export type Changes = Record<string, string | null>;

/** An app that speaks to the simulated providers without any engine of ours: it can be wrong in every way. */
export function plainApp(fake: FakeUpstream, preset: SimulatedPreset) {
  const { endpoints, scopes, scope_delimiter: delimiter, pkce, nonce, response_mode, vars } = presets[preset];
  const { id, secret, redirectUris, signing } = fake.clients[preset];
  const at = (url = '') => {
    const filled = url.replace(/\{(\w+)\}/g, (_all, name: string) => vars?.[name] ?? 'common');
    return `${fake.base}/${preset}${new URL(filled).pathname}`;
  };
  const authorizeUrl = (changes: Changes = {}) => {
    const proof = { code_challenge: sha256(VERIFIER), code_challenge_method: 'S256' };
    const right = {
      client_id: id,
      redirect_uri: redirectUris[0] ?? '',
      response_type: 'code',
      scope: scopes.length > 0 ? scopes.join(delimiter) : null,
      state: 's',
      nonce: nonce === 'required' ? 'n' : null,
      response_mode: response_mode ?? null,
      ...(pkce === 'S256' ? proof : {}),
    };
    return `${at(endpoints?.authorization)}?${laid(right, changes).toString()}`;
  };
  const clientSecret = () => (signing ? appleSecret(id, signing) : secret);
  return {
    at,
    clientSecret,
    page: (changes?: Changes) => fetch(authorizeUrl(changes), { redirect: 'manual' }),
    /** What came back after a choice. */
    back: async (persona = 'ada', changes?: Changes) => (await fake.choose(authorizeUrl(changes), persona)).params,
    async redeem(code: string | null, changes: Changes = {}, headers: Record<string, string> = {}): Promise<Response> {
      const basic = `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
      const own = presets[preset].token_auth === 'client_secret_basic';
      const right = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUris[0] ?? '',
        code_verifier: pkce === 'S256' ? VERIFIER : null,
        ...(own ? {} : { client_id: id, client_secret: await clientSecret() }),
      };
      const sent = { accept: 'application/json', ...(own ? { authorization: basic } : {}), ...headers };
      return fetch(at(endpoints?.token), { method: 'POST', body: laid(right, changes), headers: sent });
    },
    ask: (token: string, path: string, headers: Record<string, string> = {}) =>
      fetch(`${fake.base}/${preset}${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } }),
  };
}

type Signing = NonNullable<FakeUpstream['clients']['apple']['signing']>;

/** Apple's client secret, with claims laid over the right ones. */
export async function appleSecret(
  sub: string,
  { team_id, key_id, private_key }: Signing,
  changes: { claims?: Record<string, unknown>; kid?: string } = {},
): Promise<string> {
  const now = epochSeconds();
  const claims = { iss: team_id, sub, aud: 'https://appleid.apple.com', iat: now, exp: now + 300, ...changes.claims };
  const header = { alg: 'ES256', kid: changes.kid ?? key_id };
  return new SignJWT(claims).setProtectedHeader(header).sign(await importPKCS8(private_key, 'ES256'));
}

function laid(right: Record<string, string | null>, changes: Changes): URLSearchParams {
  const entries = Object.entries({ ...right, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return new URLSearchParams(entries);
}
