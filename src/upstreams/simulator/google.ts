import type { Grant } from './grants.ts';
import { createOpenIdProvider } from './openid_provider.ts';
import type { ProviderDeps, SimulatedProvider } from './provider.ts';
import type { SigningKeys } from './signing_keys.ts';

/** Plays Google on its real paths. Shapes as in https://developers.google.com/identity/openid-connect/openid-connect, November 2026. */
export function createGoogle(deps: ProviderDeps & { keys: SigningKeys }): SimulatedProvider {
  return createOpenIdProvider(
    {
      prefix: 'google',
      name: 'Google',
      issuer: 'https://accounts.google.com',
      base: 'https://accounts.google.com',
      tokenPrefix: 'ya29.',
      paths: {
        authorize: '/o/oauth2/v2/auth',
        token: '/token',
        keys: '/oauth2/v3/certs',
        userinfo: '/v1/userinfo',
        revoke: '/revoke',
      },
      claimsOf,
      callbackExtras: ({ scope, persona }) => ({
        iss: 'https://accounts.google.com',
        scope: scope.join(' '),
        authuser: '0',
        prompt: 'consent',
        ...(persona.hosted_domain === undefined ? {} : { hd: persona.hosted_domain }),
      }),
    },
    deps,
  );
}

/** What the scopes give away. */
export function claimsOf({ scope, persona }: Grant): Record<string, unknown> {
  const profile = { name: persona.name, given_name: persona.given_name, family_name: persona.family_name };
  const address = { email: persona.email, email_verified: persona.email_verified };
  return {
    ...(scope.includes('profile') ? profile : {}),
    ...(scope.includes('email') && persona.email !== undefined ? address : {}),
    ...(persona.hosted_domain === undefined ? {} : { hd: persona.hosted_domain }),
  };
}
