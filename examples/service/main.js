/** A service without people: calls an API in its own name, with a token that is for that API alone (RFC 6749 4.4, RFC 8707). */
import * as oidc from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, API = 'http://127.0.0.1:8081' } = process.env;

const config = await oidc.discovery(new URL(ISSUER), CLIENT_ID, undefined, oidc.ClientSecretBasic(CLIENT_SECRET), {
  // Plain http is for development on one machine.
  execute: ISSUER.startsWith('http:') ? [oidc.allowInsecureRequests] : [],
});

let token;

/** A token that is good for another half minute. There is no refresh token: asking again costs the same. */
async function accessToken() {
  if (token === undefined || token.expiresAt < Date.now() + 30_000) {
    const tokens = await oidc.clientCredentialsGrant(config, { resource: API, scope: 'read write' });
    token = { value: tokens.access_token, expiresAt: Date.now() + (tokens.expiresIn() ?? 0) * 1000 };
  }
  return token.value;
}

async function call(method, path, body) {
  const headers = new Headers({ 'content-type': 'application/json' });
  const url = new URL(path, API);
  const response = await oidc.fetchProtectedResource(
    config,
    await accessToken(),
    url,
    method,
    body && JSON.stringify(body),
    headers,
  );
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}`);
  return response.json();
}

await call('POST', '/notes', { text: `A service was here at ${new Date().toISOString()}` });
console.log(JSON.stringify(await call('GET', '/notes'), null, 2));
