import type { SimulatedClient } from './provider.ts';
import type { PageWrong, Shape } from './shape.ts';

/** A mistake in a request to the page where people agree, in words for whoever can mend it. */
export interface PageMistake {
  wrong: PageWrong;
  message: string;
}

/** The first mistake in what the app sent, or undefined. */
export function mistakeIn(params: URLSearchParams, shape: Shape, client: SimulatedClient): PageMistake | undefined {
  const wrong = (kind: PageWrong, message: string): PageMistake => ({
    wrong: kind,
    message: shape.pages?.[kind] ?? `Error ${kind === 'client' ? 401 : 400}: ${message}`,
  });
  if (params.get('client_id') !== client.id) return wrong('client', 'invalid_client (the OAuth client was not found)');
  if (!client.redirectUris.includes(params.get('redirect_uri') ?? '')) {
    return wrong('redirect_uri', 'redirect_uri_mismatch');
  }
  if ((params.get('response_type') ?? 'code') !== 'code') {
    return wrong('response_type', 'invalid_request (response_type must be code)');
  }
  if (shape.response_mode && params.get('response_mode') !== shape.response_mode) {
    return wrong('response_mode', `invalid_request (response_mode must be ${shape.response_mode})`);
  }
  if (shape.state && !params.get('state')) return wrong('state', 'invalid_request (state is missing)');
  const scope = scopeMistake(params, shape);
  if (scope) return wrong('scope', `invalid_scope (${scope})`);
  const pkce = pkceMistake(params, shape);
  return pkce ? wrong('pkce', `invalid_request (${pkce})`) : undefined;
}

/** The scopes of a request, cut as this provider cuts them. */
export function scopesOf(params: URLSearchParams, { scopes }: Shape): string[] {
  return (params.get('scope') ?? '').split(scopes?.delimiter ?? ' ').filter(Boolean);
}

function scopeMistake(params: URLSearchParams, shape: Shape): string | undefined {
  const { scopes } = shape;
  if (!scopes) return undefined;
  const asked = scopesOf(params, shape);
  if (scopes.required && !asked.includes(scopes.required)) return `${scopes.required} is missing`;
  const unknown = asked.find((scope) => !scopes.known.includes(scope));
  return unknown === undefined ? undefined : `${unknown} is not known`;
}

function pkceMistake(params: URLSearchParams, { pkce }: Shape): string | undefined {
  const challenge = params.get('code_challenge');
  if (challenge === null) return pkce === 'required' ? 'code_challenge is missing' : undefined;
  const isGood = params.get('code_challenge_method') === 'S256' && /^[\w-]{43}$/.test(challenge);
  return isGood ? undefined : 'code_challenge_method must be S256';
}
