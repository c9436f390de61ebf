import type { Kit } from './kit.ts';

/** A browser app: no secret, and its tokens stay in memory. */
export const openidClientBrowser: Kit = {
  id: 'openid-client',
  name: 'openid-client (browser)',
  file: 'sign_in.js',
  quoting: 'json',
  comment: '//',
  types: ['spa'],
  auth: { none: 'None' },
  followsDiscovery: true,
  notes: ['npm install openid-client, and bundle it with your app. The origin of the redirect URI may call us (CORS).'],
  text: `import * as oidc from 'openid-client';

const config = await oidc.discovery(
  new URL(«issuer»),
  «client_id»,
  undefined,
  oidc.None(),
  { execute: [oidc.enableNonRepudiationChecks] }, «!insecure»
  { execute: [oidc.enableNonRepudiationChecks, oidc.allowInsecureRequests] }, «?insecure»
);

export async function login() {
  const trip = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
  sessionStorage.setItem('trip', JSON.stringify(trip));
  location.assign(oidc.buildAuthorizationUrl(config, {
    redirect_uri: «redirect_uri»,
    scope: «scope»,
    state: trip.state,
    nonce: trip.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(trip.verifier),
    code_challenge_method: 'S256',
  }));
}

/** Call it on the page of the redirect URI. */
export async function callback() {
  const trip = JSON.parse(sessionStorage.getItem('trip') ?? 'null');
  sessionStorage.removeItem('trip');
  if (!trip) throw new Error('this sign-in did not begin in this tab');
  const tokens = await oidc.authorizationCodeGrant(config, new URL(location.href), {
    expectedState: trip.state,
    expectedNonce: trip.nonce,
    pkceCodeVerifier: trip.verifier,
    idTokenExpected: true,
  });
  history.replaceState(null, '', location.pathname);
  return { sub: tokens.claims().sub, tokens }; // keep them in memory, not in localStorage
}

export function logout(tokens) {
  location.assign(oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: «post_logout_redirect_uri» }));
  location.assign(oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token })); «!post_logout_redirect_uri»
}
`,
};
