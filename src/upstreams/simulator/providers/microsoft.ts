import { randomUUID } from 'node:crypto';
import { now } from '../../../kit/clock.ts';
import type { Grant } from '../grants.ts';
import { CONSUMERS } from '../people.ts';
import type { Persona } from '../persona.ts';
import { json, type Answer, type SimulatedRequest } from '../provider.ts';
import type { Shape, TokenWrong } from '../shape.ts';

const HOST = 'https://login.microsoftonline.com';
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Microsoft Entra ID and personal accounts on their real paths: one issuer for each tenant. Shapes as in
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc, November 2026.
 */
export const microsoft: Shape = {
  prefix: 'microsoft',
  name: 'Microsoft',
  paths: {
    authorize: '/common/oauth2/v2.0/authorize',
    token: '/common/oauth2/v2.0/token',
    keys: '/common/discovery/v2.0/keys',
    discovery: '/common/v2.0/.well-known/openid-configuration',
  },
  canonical: (path) => path.replace(/^\/[^/]+\//, '/common/'),
  pkce: 'optional',
  scopes: { known: ['openid', 'profile', 'email', 'offline_access', 'User.Read'], delimiter: ' ', required: 'openid' },
  pages: {
    client: 'AADSTS700016: Application was not found in the directory.',
    redirect_uri: 'AADSTS50011: The redirect URI specified in the request does not match those of the application.',
  },
  admit: atHome,
  callback: () => ({ session_state: randomUUID() }),
  cancelled: {
    error: 'access_denied',
    error_subcode: 'cancel',
    error_description: 'AADSTS65004: User declined to consent to access the app.',
  },
  client: 'post',
  tokens: { prefix: 'EwB', type: 'Bearer', expires_in: 3599 },
  tokenError,
  idToken: {
    issuer: ({ persona }) => `${HOST}/${persona.tenant}/v2.0`,
    published: `${HOST}/{tenantid}/v2.0`,
    nonce: 'echoed',
    claims: claimsOf,
    keySet: ({ keys }) => ({ keys: keys.map((key) => ({ ...key, issuer: `${HOST}/{tenantid}/v2.0` })) }),
  },
};

/** Who may sign in is said by the tenant in the path; at one organisation's address everybody belongs to it. */
function atHome(persona: Persona, { path }: SimulatedRequest): Persona | string {
  const asked = path.split('/')[1] ?? '';
  const isPersonal = persona.tenant === CONSUMERS;
  if (asked === 'organizations' && isPersonal) return 'AADSTS50020: Personal accounts are not supported here.';
  if (asked === 'consumers' && !isPersonal) return 'AADSTS50020: Work and school accounts are not supported here.';
  return GUID.test(asked) ? { ...persona, tenant: asked } : persona;
}

/** An address needs no proof of anybody, unless `xms_edov` says so; it has been seen as 1, "1" and true. */
function claimsOf({ persona, scope }: Grant): Record<string, unknown> {
  const { name, email, tenant, subject, domain_owner_verified } = persona;
  return {
    ver: '2.0',
    tid: tenant,
    oid: `99999999-0000-4000-8000-${subject.replaceAll(/\D/g, '').padStart(12, '0').slice(-12)}`,
    ...(scope.includes('profile') ? { name, preferred_username: email ?? `${persona.id}@contoso.example` } : {}),
    ...(scope.includes('email') && email !== undefined ? { email } : {}),
    ...(domain_owner_verified && email !== undefined ? { xms_edov: '1' } : {}),
  };
}

function tokenError(wrong: TokenWrong): Answer {
  const refused = (status: number, error: string, number: number, words: string) =>
    json(status, {
      error,
      error_description: `AADSTS${number}: ${words}`,
      error_codes: [number],
      timestamp: now().toISOString(),
      trace_id: randomUUID(),
      correlation_id: randomUUID(),
    });
  if (wrong === 'client') return refused(400, 'unauthorized_client', 700_016, 'Application was not found.');
  if (wrong === 'secret') return refused(401, 'invalid_client', 7_000_215, 'Invalid client secret provided.');
  if (wrong === 'redirect_uri') return refused(400, 'invalid_client', 50_011, 'The redirect URI does not match.');
  if (wrong === 'verifier') return refused(400, 'invalid_grant', 501_481, 'The Code_Verifier does not match.');
  return refused(400, 'invalid_grant', 54_005, 'OAuth2 Authorization code was already redeemed.');
}
