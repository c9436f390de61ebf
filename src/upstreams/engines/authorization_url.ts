import { sha256 } from '../../kit/random.ts';
import { wordsFor } from '../assurance.ts';
import type { UpstreamDefinition } from '../definition.ts';
import type { Forward, WishName } from '../preset.ts';
import type { TripSecrets, Wishes } from '../upstream.ts';

/** The URL on which a trip begins: what the protocol needs, the fixed parameters, and the wishes in the upstream's own words. */
export function authorizationUrl(
  definition: UpstreamDefinition,
  endpoint: string,
  secrets: TripSecrets,
  wishes: Wishes,
): string {
  const url = new URL(endpoint);
  const set = (name: string, value: string | undefined) => value && url.searchParams.set(name, value);
  for (const [name, value] of Object.entries(definition.params ?? {})) set(name, value);
  // OIDC Core 3.1.2.1: a session of no age is as good as none.
  const prompt = wishes.prompt ?? (wishes.maxAge === '0' ? 'login' : undefined);
  const { loginHint: login_hint, uiLocales: ui_locales, maxAge: max_age, chain: idp_chain } = wishes;
  const acr_values = wordsFor(definition, wishes.need) ?? wishes.acrValues;
  for (const [name, value] of entriesOf({ login_hint, prompt, ui_locales, max_age, acr_values, idp_chain })) {
    set(...wish(definition.forward[name], value));
  }
  set('client_id', definition.client_id);
  set('redirect_uri', definition.redirect_uri);
  set('response_type', 'code');
  if (definition.response_mode === 'form_post') set('response_mode', 'form_post');
  set('scope', definition.scopes.join(definition.scope_delimiter));
  set('state', secrets.state);
  if (definition.nonce !== 'off') set('nonce', secrets.nonce);
  if (definition.pkce === 'S256') {
    set('code_challenge', sha256(secrets.verifier));
    set('code_challenge_method', 'S256');
  }
  return url.href;
}

/** The names of an object of our own. */
function entriesOf<T>(object: Record<WishName, T>): [WishName, T][] {
  return Object.entries(object) as [WishName, T][];
}

/** A wish under the upstream's name; several words count one by one, the first that the upstream knows wins. */
function wish(forward: Forward | undefined, value: string | undefined): [string, string | undefined] {
  if (!forward || !value || value.length > 256) return ['', undefined];
  if (!forward.values) return [forward.as, value];
  const known = value.split(' ').find((word) => Object.hasOwn(forward.values ?? {}, word));
  return [forward.as, known && forward.values[known]];
}
