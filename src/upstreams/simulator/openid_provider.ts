import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { epochSeconds } from '../../kit/clock.ts';
import { equalInConstantTime } from '../../kit/random.ts';
import { answerDialogue, type Dialogue } from './dialogue.ts';
import { createGrants, type Grant, type Grants } from './grants.ts';
import { json, type Answer, type ProviderDeps, type SimulatedProvider, type SimulatedRequest } from './provider.ts';
import type { SigningKeys } from './signing_keys.ts';

/** What makes an OpenID provider this one. */
interface OpenIdShape {
  prefix: string;
  /** "Google" */
  name: string;
  issuer: string;
  paths: { authorize: string; token: string; keys: string; userinfo: string; revoke?: string; discovery?: string };
  /** Where the browser and Gatehouse reach it, for the discovery document. */
  base: string;
  tokenPrefix: string;
  claimsOf(grant: Grant): Record<string, unknown>;
  /** What comes back to the callback beside code and state. */
  callbackExtras(grant: Grant): Record<string, string>;
}

interface Context {
  shape: OpenIdShape;
  deps: ProviderDeps & { keys: SigningKeys };
  grants: Grants;
}

/** Plays an OpenID provider: authorization page, token, keys, userinfo, revocation, and discovery where it has one. */
export function createOpenIdProvider(shape: OpenIdShape, deps: Context['deps']): SimulatedProvider {
  const context: Context = { shape, deps, grants: createGrants() };
  const { paths } = shape;
  const dialogue = dialogueOf(context);
  const routes: Record<string, (request: SimulatedRequest) => Promise<Answer> | Answer> = {
    [`GET ${paths.authorize}`]: (request) => answerDialogue(dialogue, request),
    [`POST ${paths.authorize}`]: (request) => answerDialogue(dialogue, request),
    [`POST ${paths.token}`]: (request) => token(context, request),
    [`GET ${paths.keys}`]: () => keySet(context),
    [`GET ${paths.userinfo}`]: (request) => userinfo(context, request),
  };
  if (paths.revoke) routes[`POST ${paths.revoke}`] = (request) => revoke(context, request);
  if (paths.discovery) routes[`GET ${paths.discovery}`] = () => json(200, discoveryDocument(shape));
  return { prefix: shape.prefix, answer: async (request) => routes[`${request.method} ${request.path}`]?.(request) };
}

function dialogueOf({ shape, deps, grants }: Context): Dialogue {
  return {
    ...deps,
    provider: shape.name,
    action: `/${shape.prefix}${shape.paths.authorize}`,
    refuse: (params) => refuse(params, deps),
    granted(params, persona) {
      const grant = grantFrom(params, persona);
      return { code: grants.issueCode(grant), ...shape.callbackExtras(grant) };
    },
    cancelled: () => ({ error: 'access_denied' }),
  };
}

async function token({ shape, deps, grants }: Context, request: SimulatedRequest): Promise<Answer> {
  const { form } = request;
  const { client, tamper } = deps;
  if (!isClient(request, client)) return json(401, { error: 'invalid_client', error_description: 'Unauthorized' });
  if (form.get('grant_type') !== 'authorization_code') {
    return json(400, { error: 'unsupported_grant_type', error_description: 'Invalid grant_type' });
  }
  const redeemed = grants.redeem(form.get('code') ?? '', form.get('redirect_uri'), form.get('code_verifier'));
  if (!redeemed.ok) {
    const error = redeemed.reason === 'redirect_uri' ? 'redirect_uri_mismatch' : 'invalid_grant';
    return json(400, {
      error,
      error_description: redeemed.reason === 'verifier' ? 'Invalid code verifier.' : 'Bad Request',
    });
  }
  const { grant } = redeemed;
  const accessToken = grants.issueToken(shape.tokenPrefix, grant);
  const own = idTokenClaims(shape, client.id, grant, accessToken);
  const claims = tamper?.claims?.(own) ?? own;
  const idToken = await (tamper?.sign?.(claims) ?? deps.keys.sign(claims));
  const scope = grant.scope.join(' ');
  const body = { access_token: accessToken, expires_in: 3599, scope, token_type: 'Bearer', id_token: idToken };
  return json(200, tamper?.tokenBody?.(body) ?? body);
}

function userinfo({ shape, deps, grants }: Context, { headers }: SimulatedRequest): Answer {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  const grant = bearer === undefined ? undefined : grants.grantOf(bearer);
  if (!grant) {
    const challenge = { 'www-authenticate': `Bearer realm="${shape.issuer}/", error="invalid_token"` };
    return json(401, { error: 'invalid_request', error_description: 'Invalid Credentials' }, challenge);
  }
  const body = { sub: grant.persona.subject, ...shape.claimsOf(grant) };
  return json(200, deps.tamper?.profile?.(body) ?? body);
}

async function keySet({ deps }: Context): Promise<Answer> {
  const keys = await deps.keys.keySet();
  return json(200, deps.tamper?.keySet?.(keys) ?? keys, { 'cache-control': 'public, max-age=19800' });
}

function revoke({ grants }: Context, { form, query }: SimulatedRequest): Answer {
  if (grants.revoke(form.get('token') ?? query.get('token') ?? '')) return json(200, {});
  return json(400, { error: 'invalid_token', error_description: 'Token expired or revoked' });
}

/** RFC 6749 2.3.1: either form is fine, both must be right. */
function isClient({ headers, form }: SimulatedRequest, client: ProviderDeps['client']): boolean {
  const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
  const [id = '', secret = ''] = basic
    ? Buffer.from(basic, 'base64').toString('utf8').split(':').map(formDecode)
    : [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
  return id === client.id && equalInConstantTime(secret, client.secret);
}

function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function refuse(params: URLSearchParams, { client }: ProviderDeps): { status: number; message: string } | undefined {
  const refusal = (status: number, message: string) => ({ status, message: `Error ${status}: ${message}` });
  if (params.get('client_id') !== client.id) return refusal(401, 'invalid_client (the OAuth client was not found)');
  if (!client.redirectUris.includes(params.get('redirect_uri') ?? '')) return refusal(400, 'redirect_uri_mismatch');
  if (params.get('response_type') !== 'code') return refusal(400, 'invalid_request (response_type must be code)');
  if (!scopesOf(params).includes('openid')) return refusal(400, 'invalid_scope (openid is missing)');
  const challenge = params.get('code_challenge');
  if (challenge !== null && (params.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(challenge))) {
    return refusal(400, 'invalid_request (code_challenge_method must be S256)');
  }
  return undefined;
}

function grantFrom(params: URLSearchParams, persona: Grant['persona']): Grant {
  return {
    persona,
    redirectUri: params.get('redirect_uri') ?? '',
    scope: scopesOf(params),
    nonce: params.get('nonce') ?? undefined,
    challenge: params.get('code_challenge') ?? undefined,
  };
}

function scopesOf(params: URLSearchParams): string[] {
  return (params.get('scope') ?? '').split(' ').filter(Boolean);
}

function idTokenClaims(shape: OpenIdShape, clientId: string, grant: Grant, accessToken: string): JWTPayload {
  const hash = createHash('sha256').update(accessToken).digest();
  return {
    iss: shape.issuer,
    azp: clientId,
    aud: clientId,
    sub: grant.persona.subject,
    at_hash: hash.subarray(0, 16).toString('base64url'),
    ...(grant.nonce === undefined ? {} : { nonce: grant.nonce }),
    ...shape.claimsOf(grant),
    iat: epochSeconds(),
    exp: epochSeconds() + 3600,
  };
}

function discoveryDocument({ issuer, base, prefix, paths }: OpenIdShape): Record<string, unknown> {
  const at = (path: string) => `${base}/${prefix}${path}`;
  return {
    issuer,
    authorization_endpoint: at(paths.authorize),
    token_endpoint: at(paths.token),
    jwks_uri: at(paths.keys),
    userinfo_endpoint: at(paths.userinfo),
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    authorization_response_iss_parameter_supported: true,
  };
}
