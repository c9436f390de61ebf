import { json, type Answer } from '../provider.ts';
import type { Persona } from '../persona.ts';
import type { Shape, TokenWrong } from '../shape.ts';

const ISSUER = 'https://appleid.apple.com';

/**
 * Sign in with Apple on its real paths. Shapes as in
 * https://developer.apple.com/documentation/signinwithapplerestapi, November 2026.
 */
export const apple: Shape = {
  prefix: 'apple',
  name: 'Apple',
  paths: {
    authorize: '/auth/authorize',
    token: '/auth/token',
    keys: '/auth/keys',
    revoke: '/auth/revoke',
    discovery: '/.well-known/openid-configuration',
  },
  pkce: 'optional',
  scopes: { known: ['openid', 'name', 'email'], delimiter: ' ' },
  // Obligatory as soon as a name or an address is asked for.
  response_mode: 'form_post',
  pages: { client: 'invalid_client', redirect_uri: 'invalid_request: Invalid web redirect url.' },
  admit: hide,
  callback: ({ persona, scope }, first): Record<string, string> => {
    if (!first || !scope.includes('name')) return {};
    const name = { firstName: persona.given_name, lastName: persona.family_name };
    return { user: JSON.stringify({ name, email: persona.email }) };
  },
  cancelled: { error: 'user_cancelled_authorize' },
  client: 'es256',
  tokens: { prefix: 'a', type: 'Bearer', expires_in: 3600, refresh: 'r' },
  codeSeconds: 300,
  tokenError,
  idToken: {
    issuer: ISSUER,
    unasked: true,
    nonce: 'echoed',
    claims: ({ persona, scope, nonce }) => ({
      ...(nonce === undefined ? {} : { nonce_supported: true }),
      ...(scope.includes('email') && persona.email !== undefined ? addressOf(persona) : {}),
    }),
  },
};

/** Booleans as text, as Apple often sends them. */
function addressOf({ email, email_verified, relay }: Persona): Record<string, unknown> {
  return { email, email_verified: String(email_verified ?? false), ...(relay ? { is_private_email: 'true' } : {}) };
}

/** Nobody keeps an address back at Apple: they hide it behind a relay. */
function hide(persona: Persona): Persona {
  if (!persona.keepsEmail) return persona;
  return { ...persona, email: `${persona.id}-hidden@privaterelay.appleid.com`, email_verified: true, relay: true };
}

function tokenError(wrong: TokenWrong): Answer {
  const error = wrong === 'client' || wrong === 'secret' ? 'invalid_client' : 'invalid_grant';
  return json(400, wrong === 'grant_type' ? { error: 'unsupported_grant_type' } : { error });
}
