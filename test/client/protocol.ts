import * as oidc from 'openid-client';

/** What this relying party knows of its issuer: the discovery URL, an id and a secret. */
export interface Registration {
  issuer: string;
  clientId: string;
  /** Absent: a public client. */
  clientSecret?: string;
}

/** One trip to the issuer that has not come back yet. */
export interface Trip {
  redirectUri: string;
  state: string;
  nonce: string;
  verifier: string;
}

export interface SignIn {
  idToken: string;
  accessToken: string;
  refreshToken?: string;
  scope?: string;
  expiresIn?: number;
  claims: Record<string, unknown>;
  userinfo: Record<string, unknown>;
}

/** The protocol part of the relying party, all of it openid-client. */
export function createProtocol({ issuer, clientId, clientSecret }: Registration) {
  let found: Promise<oidc.Configuration> | undefined;
  // Discovery waits for the first sign-in, because tests start the relying party before the issuer; a failure is not kept.
  const configuration = () =>
    (found ??= oidc
      .discovery(
        new URL(issuer),
        clientId,
        undefined,
        clientSecret ? oidc.ClientSecretBasic(clientSecret) : oidc.None(),
        {
          execute: [
            oidc.enableNonRepudiationChecks,
            ...(issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : []),
          ],
        },
      )
      .catch((error: unknown) => {
        found = undefined;
        throw error;
      }));

  /** Where to send the browser, and what to keep until it comes back. */
  async function begin(redirectUri: string, extra: Record<string, string>): Promise<{ url: URL; trip: Trip }> {
    const trip = {
      redirectUri,
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      verifier: oidc.randomPKCECodeVerifier(),
    };
    const url = oidc.buildAuthorizationUrl(await configuration(), {
      scope: 'openid profile email',
      ...extra,
      redirect_uri: redirectUri,
      state: trip.state,
      nonce: trip.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(trip.verifier),
      code_challenge_method: 'S256',
    });
    return { url, trip };
  }

  /** Checks the answer (state, iss), redeems the code, checks the ID token (signature, nonce, aud ...), asks userinfo. */
  async function finish(callback: URL, trip: Trip): Promise<SignIn> {
    const config = await configuration();
    const tokens = await oidc.authorizationCodeGrant(config, callback, {
      expectedState: trip.state,
      expectedNonce: trip.nonce,
      pkceCodeVerifier: trip.verifier,
      idTokenExpected: true,
    });
    return signInFrom(config, tokens);
  }

  /** New tokens for a refresh token. Without an ID token in the answer the old one stays. */
  async function refresh(before: SignIn, extra: Record<string, string>): Promise<SignIn> {
    if (!before.refreshToken) throw new Error('there is no refresh token');
    const config = await configuration();
    const tokens = await oidc.refreshTokenGrant(config, before.refreshToken, extra);
    // A token for an API cannot be shown at userinfo.
    return signInFrom(config, tokens, extra['resource'] === undefined ? undefined : before, before);
  }

  /** Where to send the browser to end the session at the issuer. */
  async function endSession(idToken: string, returnTo: string, state: string): Promise<URL> {
    return oidc.buildEndSessionUrl(await configuration(), {
      id_token_hint: idToken,
      post_logout_redirect_uri: returnTo,
      state,
    });
  }

  return { begin, finish, refresh, endSession };
}

async function signInFrom(
  config: oidc.Configuration,
  tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers,
  userinfoFrom?: SignIn,
  before?: SignIn,
): Promise<SignIn> {
  const claims = { ...(tokens.claims() ?? before?.claims) };
  const subject = String(claims['sub']);
  return {
    idToken: tokens.id_token ?? before?.idToken ?? '',
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? before?.refreshToken,
    scope: tokens.scope,
    expiresIn: tokens.expires_in,
    claims,
    userinfo: userinfoFrom?.userinfo ?? (await oidc.fetchUserInfo(config, tokens.access_token, subject)),
  };
}

/** A failure as JSON: the issuer's own code and description where it sent one. */
export function describeFailure(error: unknown): Record<string, unknown> {
  if (error instanceof oidc.AuthorizationResponseError || error instanceof oidc.ResponseBodyError)
    return { error: error.error, error_description: error.error_description, from: 'issuer' };
  if (error instanceof Error) {
    const cause = error.cause instanceof Error ? error.cause.message : undefined;
    return { error: 'refused', message: error.message, cause, from: 'relying party' };
  }
  return { error: 'refused', message: String(error), from: 'relying party' };
}
