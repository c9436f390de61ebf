import { SERVICE, type BenchWorld } from '../bench/bench_world.ts';
import { createBrowser } from '../support/http_browser.ts';
import { PASSWORD } from '../support/people.ts';
import type { Known } from './make.ts';

const base64url = (text: string) => Buffer.from(text).toString('base64url');

/** What a browser answers for a passkey, in the right shape and with nothing right in it. */
function passkeyAnswers(issuer: string): string[] {
  const told = (type: string) =>
    base64url(JSON.stringify({ type, challenge: base64url('x'.repeat(32)), origin: issuer }));
  const credential = { id: base64url('credential'), rawId: base64url('credential'), type: 'public-key' };
  const bytes = base64url('\u00a3cfmtdnonegattStmt\u00a0hauthData' + 'x'.repeat(60));
  return [
    { clientDataJSON: told('webauthn.get'), authenticatorData: bytes, signature: bytes, userHandle: bytes },
    { clientDataJSON: told('webauthn.create'), attestationObject: bytes, transports: ['internal'] },
    { clientDataJSON: bytes, attestationObject: '' },
  ].map((response) => JSON.stringify({ ...credential, response, clientExtensionResults: {} }));
}

/** Collects values that exist on the server, by the names under which requests carry them. */
export async function knownOf({ gatehouse, app, email }: BenchWorld): Promise<Known> {
  const browser = createBrowser();
  const { url } = await browser.open(`${app.url}/login`);
  const answer = await fetch(`${gatehouse.issuer}/oidc/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...SERVICE, grant_type: 'client_credentials' }),
  });
  const { access_token: token = '' } = (await answer.json()) as { access_token?: string };
  const page = await (await fetch(url)).text();
  return {
    host: new URL(gatehouse.issuer).host,
    values: {
      uid: [uidIn(url), 'x'],
      upstream: ['google', 'facebook', 'local', 'x'],
      file: [/assets\/([^"]+)/.exec(page)?.[1] ?? 'x.css'],
      email: [email, 'nobody@example.com'],
      password: [PASSWORD],
      new_password: [PASSWORD],
      client_id: ['app', SERVICE.client_id, 'gatehouse-account', 'gatehouse-demo'],
      client_secret: [SERVICE.client_secret],
      redirect_uri: [`${app.url}/callback`, `${gatehouse.issuer}/account/return`],
      post_logout_redirect_uri: [`${app.url}/loggedout`],
      response_type: ['code', 'code id_token', 'token', 'none'],
      response_mode: ['query', 'form_post', 'fragment', 'jwt', 'web_message'],
      scope: ['openid', 'openid profile email offline_access'],
      prompt: ['none', 'login', 'consent', 'select_account', 'create', 'none login'],
      max_age: ['0', '1', '3600', '-1'],
      grant_type: ['client_credentials', 'authorization_code', 'refresh_token', 'password'],
      token: [token],
      access_token: [token],
      token_type_hint: ['access_token', 'refresh_token', 'x'],
      code_challenge: ['E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'],
      code_challenge_method: ['S256', 'plain'],
      ui_locales: ['ko', 'en ko', 'xx'],
      locale: ['en', 'ko'],
      state: ['x'],
      idp_hint: ['google', 'local'],
      acr_values: ['mfa', 'phr', 'x'],
      decision: ['allow', 'deny'],
      logout: ['yes'],
      answer: passkeyAnswers(gatehouse.issuer),
    },
  };
}

/** Which visit a page belongs to; empty for a page of none. */
export function uidIn(url: string): string {
  return /interaction\/([^/?]+)/.exec(url)?.[1] ?? '';
}
