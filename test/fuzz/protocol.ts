import { SERVICE, type BenchWorld } from '../bench/bench_world.ts';
import type { RightRequest } from './make.ts';

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const BASIC = `Basic ${Buffer.from(`${SERVICE.client_id}:${SERVICE.client_secret}`).toString('base64')}`;

/** Requests of apps and upstreams that are right as they stand, or nearly: what no page of ours sends. */
export function protocolRequests({ app, gatehouse }: BenchWorld, token: string): RightRequest[] {
  const authorize: [string, string][] = [
    ...Object.entries({
      client_id: 'app',
      redirect_uri: `${app.url}/callback`,
      response_type: 'code',
      scope: 'openid email',
    }),
    ...Object.entries({
      state: 's',
      nonce: 'n',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      prompt: 'login',
    }),
    ...Object.entries({
      ui_locales: 'ko en',
      login_hint: 'a@b.example',
      max_age: '60',
      acr_values: 'mfa',
      idp_hint: 'google',
    }),
  ];
  const authorized: [string, string][] = [['Authorization', BASIC]];
  const own = Object.entries(SERVICE);
  return [
    { method: 'GET', path: '/oidc/authorize', entries: authorize },
    { method: 'GET', path: '/oidc/authorize', entries: [...authorize, ['resource', `${gatehouse.issuer}/demo/api`]] },
    { method: 'POST', path: '/oidc/authorize', entries: authorize },
    { method: 'POST', path: '/oidc/par', entries: [...own, ...authorize.filter(([name]) => name !== 'client_id')] },
    { method: 'POST', path: '/oidc/token', entries: [...own, ['grant_type', 'client_credentials'], ['scope', '']] },
    { method: 'POST', path: '/oidc/token', headers: authorized, entries: [['grant_type', 'client_credentials']] },
    {
      method: 'POST',
      path: '/oidc/token',
      entries: Object.entries({
        client_id: 'gatehouse-account',
        grant_type: 'authorization_code',
        code: 'x',
        code_verifier: VERIFIER,
        redirect_uri: `${gatehouse.issuer}/account/return`,
      }),
    },
    {
      method: 'POST',
      path: '/oidc/token',
      entries: [...own, ['grant_type', 'refresh_token'], ['refresh_token', token]],
    },
    { method: 'POST', path: '/oidc/introspect', headers: authorized, entries: [['token', token]] },
    {
      method: 'POST',
      path: '/oidc/revoke',
      headers: authorized,
      entries: [
        ['token', 'x'],
        ['token_type_hint', 'access_token'],
      ],
    },
    { method: 'GET', path: '/oidc/userinfo', headers: [['Authorization', `Bearer ${token}`]], entries: [] },
    {
      method: 'GET',
      path: '/oidc/logout',
      entries: Object.entries({ client_id: 'app', post_logout_redirect_uri: `${app.url}/loggedout`, state: 's' }),
    },
    {
      method: 'GET',
      path: '/upstream/google/callback',
      entries: Object.entries({ state: 's', code: 'c', iss: gatehouse.issuer }),
    },
    { method: 'POST', path: '/upstream/google/callback', entries: Object.entries({ state: 's', code: 'c' }) },
    { method: 'GET', path: '/verify-email', entries: [['token', 'x']] },
    { method: 'GET', path: '/reset-password', entries: [['token', 'x']] },
    { method: 'GET', path: '/invitation', entries: [['token', 'x']] },
    {
      method: 'GET',
      path: '/account/activity',
      entries: [
        ['after', 'x'],
        ['done', 'x'],
      ],
    },
    { method: 'GET', path: '/account/sessions', entries: [['after', 'x']] },
    { method: 'GET', path: '/', entries: [['locale', 'ko']] },
  ];
}
