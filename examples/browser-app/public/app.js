/**
 * Signs people in without a secret: authorization code with PKCE. Tokens are in memory only; a page that is loaded anew asks the
 * issuer again, which mostly knows the person and answers at once.
 */
import * as oauth from './oauth4webapi.js';

const { issuer, clientId } = await (await fetch('/config.json')).json();
const options = { [oauth.allowInsecureRequests]: issuer.startsWith('http:') };
const server = await oauth.processDiscoveryResponse(
  new URL(issuer),
  await oauth.discoveryRequest(new URL(issuer), options),
);
const client = { client_id: clientId };
const redirectUri = `${location.origin}/callback`;
const $ = (id) => document.getElementById(id);

/** All tokens that there are. */
let tokens;

$('sign-in').addEventListener('click', signIn);
$('renew').addEventListener('click', () => renew().catch(fail));
$('sign-out').addEventListener('click', signOut);
await comeBack().catch(fail);
show();

async function signIn() {
  const trip = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
  };
  // Of this tab, until it comes back: worth nothing without the code.
  sessionStorage.setItem('trip', JSON.stringify(trip));
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile email',
    state: trip.state,
    nonce: trip.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(trip.verifier),
    code_challenge_method: 'S256',
  }).toString();
  location.assign(url);
}

/** Takes the answer of the issuer out of the address, checks it and redeems its code. */
async function comeBack() {
  const answer = new URL(location.href);
  const trip = JSON.parse(sessionStorage.getItem('trip'));
  sessionStorage.removeItem('trip');
  if (answer.pathname !== '/callback') return;
  history.replaceState(null, '', '/');
  if (!trip) return;
  const parameters = oauth.validateAuthResponse(server, client, answer, trip.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    redirectUri,
    trip.verifier,
    options,
  );
  tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: trip.nonce,
    requireIdToken: true,
  });
  await readUserinfo(oauth.getValidatedIdTokenClaims(tokens).sub);
}

async function readUserinfo(subject) {
  const response = await oauth.userInfoRequest(server, client, tokens.access_token, options);
  const userinfo = await oauth.processUserInfoResponse(server, client, subject, response);
  // As text: names come from people.
  $('userinfo').textContent = JSON.stringify(userinfo, null, 2);
}

async function renew() {
  const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), tokens.refresh_token, options);
  tokens = { ...tokens, ...(await oauth.processRefreshTokenResponse(server, client, response)) };
  show('The tokens are new.');
}

function signOut() {
  const url = new URL(server.end_session_endpoint);
  url.search = new URLSearchParams({
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: `${location.origin}/`,
  }).toString();
  tokens = undefined;
  location.assign(url);
}

function fail(error) {
  console.error(error);
  tokens = undefined;
  show(`That did not work: ${error.error ?? error.message}`);
}

function show(status) {
  const isSignedIn = tokens !== undefined;
  if (status !== undefined) $('status').textContent = status;
  $('sign-in').hidden = isSignedIn;
  for (const id of ['userinfo', 'renew', 'sign-out']) $(id).hidden = !isSignedIn;
}
