import { decodeJwt } from 'jose';
import * as oidc from 'openid-client';
import { inSeconds } from '../kit/clock.ts';

/** What the app knows of the issuer. */
export interface RelyingPartyDeps {
  issuer: string;
  client: { id: string; secret: string };
  /** The API that tokens can be asked for, and its scope. */
  resource: string;
  scope: string;
  fetch: typeof fetch;
}

/** One trip to the issuer that has not come back yet. */
export interface Trip {
  state: string;
  nonce: string;
  verifier: string;
}

/** A signed-in person, as the app knows them. */
export interface SignIn {
  idToken: string;
  claims: Record<string, unknown>;
  userinfo: Record<string, unknown>;
  refreshToken?: string;
  accessToken: AccessToken;
}

/** `claims` of a token that is a JWT; of an opaque one there are none. The app shows them and relies on none. */
export interface AccessToken {
  value: string;
  claims?: Record<string, unknown>;
  expiresAt: Date;
}

/** The app as the issuer sees it. Each of these rejects as openid-client does. */
export interface RelyingParty {
  /** Where to send the browser, and what to keep until it comes back. */
  begin(extra: Record<string, string>): Promise<{ url: string; trip: Trip }>;
  /** Checks the answer (state, iss), redeems the code, checks the ID token with its signature, asks userinfo. */
  finish(callback: URL, trip: Trip): Promise<SignIn>;
  /** New tokens; the old refresh token is spent, so keep the answer before anything else. */
  refresh(signIn: SignIn): Promise<SignIn>;
  /** What userinfo says now. Needs the token of a sign-in or a refresh, not one for the API. */
  userinfo(signIn: SignIn): Promise<SignIn>;
  /** The same person with an access token for the API; the old refresh token is spent. */
  forApi(signIn: SignIn): Promise<SignIn>;
  /** Where to send the browser to end the session at the issuer (RP-Initiated Logout 1.0). */
  signOutUrl(signIn: SignIn, returnTo: string): Promise<string>;
  /** Where the issuer publishes its keys. */
  jwksUri: () => Promise<URL>;
}

type Tokens = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;

/** The protocol side of the demo app, all of it openid-client. Every method rejects with openid-client's errors. */
export function createRelyingParty({ issuer, client, resource, scope, fetch }: RelyingPartyDeps): RelyingParty {
  const configuration = onceFound(() =>
    oidc.discovery(new URL(issuer), client.id, undefined, oidc.ClientSecretBasic(client.secret), {
      [oidc.customFetch]: (url, options) => fetch(url, options),
      execute: [oidc.enableNonRepudiationChecks, ...(issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [])],
    }),
  );

  // A token with an audience is refused at userinfo, and a token request names one resource at most: the sign-in asks for
  // the API too, its code is redeemed without it, and a token for the API comes from the refresh grant.
  return {
    async begin(extra) {
      const trip = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
      const url = oidc.buildAuthorizationUrl(await configuration(), {
        redirect_uri: `${issuer}/demo/callback`,
        scope: `openid profile email ${scope}`,
        resource,
        state: trip.state,
        nonce: trip.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(trip.verifier),
        code_challenge_method: 'S256',
        ...extra,
      });
      return { url: url.href, trip };
    },
    async finish(callback, trip) {
      const config = await configuration();
      const tokens = await oidc.authorizationCodeGrant(config, callback, {
        expectedState: trip.state,
        expectedNonce: trip.nonce,
        pkceCodeVerifier: trip.verifier,
        idTokenExpected: true,
      });
      return withUserinfo(config, signInFrom(tokens));
    },
    async refresh(signIn) {
      const tokens = await oidc.refreshTokenGrant(await configuration(), refreshTokenOf(signIn));
      return signInFrom(tokens, signIn);
    },
    async userinfo(signIn) {
      return withUserinfo(await configuration(), signIn);
    },
    async forApi(signIn) {
      const parameters = { resource, scope };
      const tokens = await oidc.refreshTokenGrant(await configuration(), refreshTokenOf(signIn), parameters);
      return signInFrom(tokens, signIn);
    },
    async signOutUrl(signIn, returnTo) {
      const parameters = { id_token_hint: signIn.idToken, post_logout_redirect_uri: returnTo };
      return oidc.buildEndSessionUrl(await configuration(), parameters).href;
    },
    async jwksUri() {
      return new URL((await configuration()).serverMetadata().jwks_uri ?? '', issuer);
    },
  };
}

/** Keeps what was found; a failure is not kept, so that the next person finds a server that is back. */
function onceFound<Found>(find: () => Promise<Found>): () => Promise<Found> {
  let found: Promise<Found> | undefined;
  return () => {
    found ??= find().catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };
}

async function withUserinfo(config: oidc.Configuration, signIn: SignIn): Promise<SignIn> {
  const { accessToken, claims } = signIn;
  return { ...signIn, userinfo: await oidc.fetchUserInfo(config, accessToken.value, String(claims['sub'])) };
}

/** What an answer does not bring anew stays as it was (OIDC Core 12.2). */
function signInFrom(tokens: Tokens, before?: SignIn): SignIn {
  return {
    idToken: tokens.id_token ?? before?.idToken ?? '',
    claims: { ...(tokens.claims() ?? before?.claims) },
    userinfo: before?.userinfo ?? {},
    refreshToken: tokens.refresh_token ?? before?.refreshToken,
    accessToken: accessTokenOf(tokens),
  };
}

function accessTokenOf({ access_token: value, expires_in: expiresIn = 0 }: Tokens): AccessToken {
  return {
    value,
    claims: value.split('.').length === 3 ? decodeJwt(value) : undefined,
    expiresAt: inSeconds(expiresIn),
  };
}

function refreshTokenOf({ refreshToken }: SignIn): string {
  if (refreshToken === undefined) throw new Error('the issuer gave no refresh token');
  return refreshToken;
}
