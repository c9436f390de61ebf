import { createHmac, randomBytes } from 'node:crypto';
import { equalInConstantTime } from '../../kit/random.ts';
import { answerDialogue, type Dialogue } from './dialogue.ts';
import { createGrants, type Grant, type Grants, type Redemption } from './grants.ts';
import { json, type Answer, type ProviderDeps, type SimulatedProvider, type SimulatedRequest } from './provider.ts';

/** `/v24.0/me` and its like: any version that Meta might serve. */
const VERSIONED = /^\/v\d{1,2}\.\d(\/.*)$/;

interface Context {
  deps: ProviderDeps;
  grants: Grants;
}

/** Plays Facebook Login and the Graph API on their real paths. Shapes as in Meta's documentation, November 2026. */
export function createFacebook(deps: ProviderDeps): SimulatedProvider {
  const context: Context = { deps, grants: createGrants() };
  return {
    prefix: 'facebook',
    async answer(request) {
      const route = `${request.method} ${VERSIONED.exec(request.path)?.[1] ?? ''}`;
      if (route === 'GET /dialog/oauth' || route === 'POST /dialog/oauth') {
        return answerDialogue(dialogueOf(context, `/facebook${request.path}`), request);
      }
      if (route === 'POST /oauth/access_token' || route === 'GET /oauth/access_token') return token(context, request);
      return route === 'GET /me' ? me(context, request) : undefined;
    },
  };
}

function dialogueOf({ deps, grants }: Context, action: string): Dialogue {
  return {
    ...deps,
    provider: 'Facebook',
    action,
    refuse: (params) => refuse(params, deps),
    granted(params, persona) {
      const scope = (params.get('scope') ?? '').split(/[ ,]/);
      return { code: grants.issueCode({ persona, redirectUri: params.get('redirect_uri') ?? '', scope }) };
    },
    cancelled: () => ({
      error: 'access_denied',
      error_code: '200',
      error_description: 'Permissions error',
      error_reason: 'user_denied',
    }),
    fragment: '#_=_',
  };
}

function token({ deps: { client, tamper }, grants }: Context, request: SimulatedRequest): Answer {
  const params = request.method === 'POST' ? request.form : request.query;
  if (params.get('client_id') !== client.id) {
    return graphError('Error validating application. Cannot get application info due to a system error.', 101);
  }
  if (!equalInConstantTime(params.get('client_secret') ?? '', client.secret)) {
    return graphError('Error validating client secret.', 1);
  }
  const redeemed = grants.redeem(params.get('code') ?? '', params.get('redirect_uri'), params.get('code_verifier'));
  if (!redeemed.ok) return codeError(redeemed.reason);
  const body = { access_token: grants.issueToken('EAA', redeemed.grant), token_type: 'bearer', expires_in: 5_183_944 };
  return json(200, tamper?.tokenBody?.(body) ?? body);
}

function me({ deps: { client, tamper }, grants }: Context, { query, headers }: SimulatedRequest): Answer {
  const accessToken = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? query.get('access_token') ?? '';
  const grant = grants.grantOf(accessToken);
  if (!grant)
    return graphError('An active access token must be used to query information about the current user.', 2500);
  const proof = createHmac('sha256', client.secret).update(accessToken).digest('hex');
  if (!equalInConstantTime(query.get('appsecret_proof') ?? '', proof)) {
    return graphError('Invalid appsecret_proof provided in the API argument', 100, { type: 'GraphMethodException' });
  }
  const body = profileOf(grant, query.get('fields') ?? 'id,name');
  return json(200, tamper?.profile?.(body) ?? body);
}

function refuse(params: URLSearchParams, { client }: ProviderDeps): { status: number; message: string } | undefined {
  if (params.get('client_id') !== client.id)
    return { status: 400, message: 'Invalid App ID: The provided app ID does not look like a valid app ID.' };
  if (!client.redirectUris.includes(params.get('redirect_uri') ?? '')) {
    return {
      status: 400,
      message:
        'URL Blocked: This redirect failed because the redirect URI is not whitelisted in the app’s Client OAuth Settings.',
    };
  }
  return undefined;
}

/** Only what was asked for and granted; Facebook leaves an address out when there is none, or when it was not granted. */
function profileOf({ persona, scope }: Grant, fields: string): Record<string, unknown> {
  const known: Record<string, unknown> = {
    id: persona.subject,
    name: persona.name,
    first_name: persona.given_name,
    last_name: persona.family_name,
    email: scope.includes('email') ? persona.email : undefined,
    picture: {
      data: { height: 50, width: 50, is_silhouette: true, url: 'https://platform-lookaside.fbsbx.com/simulated' },
    },
  };
  const asked = new Set(['id', ...fields.split(',')]);
  return Object.fromEntries(Object.entries(known).filter(([name, value]) => asked.has(name) && value !== undefined));
}

function codeError(reason: Extract<Redemption, { ok: false }>['reason']): Answer {
  if (reason === 'used') return graphError('This authorization code has been used.', 100, { subcode: 36_009 });
  if (reason === 'expired') return graphError('This authorization code has expired.', 100, { subcode: 36_007 });
  if (reason === 'redirect_uri') {
    const message =
      'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request';
    return graphError(message, 100, { subcode: 36_008 });
  }
  return graphError('Invalid verification code format.', 100);
}

/** Meta's error is an object. */
function graphError(
  message: string,
  code: number,
  { type = 'OAuthException', subcode }: { type?: string; subcode?: number } = {},
): Answer {
  const error = { message, type, code, error_subcode: subcode, fbtrace_id: randomBytes(8).toString('base64url') };
  return json(400, { error }, { 'www-authenticate': `OAuth "Facebook Platform" "invalid_request" "${message}"` });
}
