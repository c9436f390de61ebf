import * as oidc from 'openid-client';
import { plainSecret, toMetadata, type ClientMetadata, type ClientSettings } from '../../clients/index.ts';
import type { CommandSettings } from '../command.ts';

/** What came of one request of the app. */
type Asked = { ok: true } | { ok: false; says: string; mend: string };

/** A trip that has begun. */
type Begun =
  | { ok: true; url: string; redeem(callback: string): Promise<Asked> }
  | { ok: false; says: string; mend: string };

/** One registered app, as openid-client plays it: it shares no code with what it looks at. */
interface RelyingParty {
  /** Why it cannot authenticate: its secret is not ours to know. */
  silent: string | undefined;
  /** Why it cannot even begin: its requests are not ours to make. */
  barred: string | undefined;
  begin(redirectUri: string): Promise<Begun>;
  credentials(): Promise<Asked>;
  device(): Promise<Asked>;
}

type Place = Pick<CommandSettings, 'issuer' | 'protocol'>;

/** Takes the part of an app, with what the configuration knows of it. Rejects as `ask` does. */
export async function actAs(
  { issuer, protocol }: Place,
  client: ClientSettings,
  ask: typeof fetch,
): Promise<RelyingParty> {
  const metadata = toMetadata(client);
  const own = authentication(client);
  const config = await oidc.discovery(new URL(issuer), client.client_id, ofTokens(metadata), own.method, {
    [oidc.customFetch]: (url, options) => ask(url, options),
    execute: [oidc.enableNonRepudiationChecks, ...(issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [])],
  });
  const pushes =
    protocol.fapi !== false ||
    protocol.pushed_requests === 'required' ||
    metadata['require_pushed_authorization_requests'] === true;
  const bound =
    protocol.fapi !== false || protocol.dpop === 'required' || metadata['dpop_bound_access_tokens'] === true;
  const options = async () =>
    bound ? { DPoP: oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair()) } : undefined;
  return {
    silent: own.silent ?? sealedFor(metadata),
    barred:
      barOf(protocol, metadata) ??
      (pushes && own.silent !== undefined ? `it pushes its requests, and ${own.silent}` : undefined),
    begin: (redirectUri) => begin(config, { redirectUri, scope: scopeOf(metadata['scope']), pushes, options }),
    credentials: () => asked(async () => oidc.clientCredentialsGrant(config, {}, await options())),
    device: () => asked(() => oidc.initiateDeviceAuthorization(config, { scope: scopeOf(metadata['scope']) })),
  };
}

interface Trip {
  redirectUri: string;
  scope: string;
  pushes: boolean;
  options: () => Promise<oidc.DPoPOptions | undefined>;
}

async function begin(config: oidc.Configuration, { redirectUri, scope, pushes, options }: Trip): Promise<Begun> {
  const checks = {
    expectedState: oidc.randomState(),
    expectedNonce: oidc.randomNonce(),
    pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    idTokenExpected: scope.split(' ').includes('openid'),
  };
  const parameters = {
    redirect_uri: redirectUri,
    scope,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
  };
  const own = await options();
  let url = oidc.buildAuthorizationUrl(config, parameters);
  if (pushes) {
    const pushed = await asked(async () => {
      url = await oidc.buildAuthorizationUrlWithPAR(config, parameters, own);
    });
    if (!pushed.ok) return pushed;
  }
  return {
    ok: true,
    url: url.href,
    redeem: (callback) => asked(() => oidc.authorizationCodeGrant(config, new URL(callback), checks, undefined, own)),
  };
}

/** How the app proves who it is, as far as the configuration holds what that takes. */
function authentication(client: ClientSettings): { method: oidc.ClientAuth; silent?: string } {
  const { token_endpoint_auth_method: method } = toMetadata(client);
  if (method === 'none') return { method: oidc.None() };
  const secret = plainSecret(client);
  if (!method.startsWith('client_secret_')) {
    return { method: oidc.None(), silent: `it authenticates by ${method}, and only the app has its key` };
  }
  if (secret === undefined)
    return { method: oidc.None(), silent: 'the config holds no secret of it that works, or only the hash' };
  if (method === 'client_secret_post') return { method: oidc.ClientSecretPost(secret) };
  return { method: method === 'client_secret_jwt' ? oidc.ClientSecretJwt(secret) : oidc.ClientSecretBasic(secret) };
}

/** Its ID tokens are for its own eyes (OIDC Core 10.2). */
function sealedFor(metadata: Record<string, unknown>): string | undefined {
  const sealed = metadata['id_token_encrypted_response_alg'] !== undefined;
  return sealed ? 'its ID tokens are encrypted for a key that only the app has' : undefined;
}

function barOf({ request_objects: signs }: Place['protocol'], metadata: ClientMetadata): string | undefined {
  if (signs === 'required' || metadata['require_signed_request_object'] === true) {
    return 'it signs its requests, and only the app has its key';
  }
  return metadata.response_types.includes('code') ? undefined : 'its response_types have no code';
}

function ofTokens({ id_token_signed_response_alg: alg }: Record<string, unknown>): Partial<oidc.ClientMetadata> {
  return { id_token_signed_response_alg: typeof alg === 'string' ? alg : 'RS256' };
}

function scopeOf(allowed: unknown): string {
  const wanted = ['openid', 'profile', 'email'];
  return (typeof allowed === 'string' ? wanted.filter((scope) => allowed.split(' ').includes(scope)) : wanted).join(
    ' ',
  );
}

async function asked(request: () => Promise<unknown>): Promise<Asked> {
  try {
    await request();
    return { ok: true };
  } catch (error) {
    if (error instanceof oidc.ResponseBodyError) {
      const says = `${error.error}: ${error.error_description ?? ''}`;
      return {
        ok: false,
        says,
        mend: mends[error.error] ?? 'run ./gatehouse explain, or look at the log of the server',
      };
    }
    if (error instanceof oidc.WWWAuthenticateChallengeError) {
      return { ok: false, says: `${error.status}: it is not who it says`, mend: mends['invalid_client'] ?? '' };
    }
    if (!(error instanceof oidc.ClientError)) throw error;
    // What its fetch threw: a line that broke, or Ctrl-C.
    if (error.code === undefined) throw error.cause;
    return { ok: false, says: `the answer is not right: ${error.message}`, mend: 'look whether a proxy changes it' };
  }
}

const mends: Record<string, string> = {
  invalid_client: 'the server has another secret or way of authentication for it: reload it',
  unauthorized_client: 'look at grant_types of the client',
  invalid_grant: 'look at the clocks, and whether something else redeems its codes',
};
