import { createHash } from 'node:crypto';
import { authorizationUrl, randomText, type Params } from '../flow.ts';
import { go, newPerson, type Arrival } from '../person.ts';
import { demand, Skipped, type Play, type Run } from '../run.ts';
import { expectRefusal } from './expect.ts';
import {
  clientsOf,
  exchangeCode,
  expectPushed,
  expectTokens,
  fapiHappy,
  open,
  push,
  upToCode,
  type Push,
} from './flow.ts';

const INVALID = ['invalid_request', 'invalid_request_object'] as const;

/** Pushing this must be refused with one of these errors. */
const refusedPush =
  (change: Push, ...errors: string[]): Play =>
  async (run) =>
    expectRefusal(run, (await push(run, change)).answer, ...errors);

const succeedsWith =
  (params: () => Params): Play =>
  (run) =>
    fapiHappy(run, { params: params() });

/** A page of ours or an error at the client; never a code. */
function expectNoCode(run: Run, { answer, page }: Arrival, ...errors: string[]): void {
  if (answer) {
    run.expect(answer.params['code'] === undefined, 'there is no code');
    const error = String(answer.params['error']);
    run.expect(errors.includes(error), `the error is ${errors.join(' or ')}; it was ${error}`);
  } else run.expect(page.screen === 'error', `an error page is shown; it was ${page.screen} (${page.status})`);
}

async function happyTwice(run: Run): Promise<void> {
  await fapiHappy(run);
  const [, client] = await clientsOf(run);
  const { arrival } = await upToCode(run, { client });
  const { dummy1, dummy2 } = arrival.answer?.query ?? {};
  run.expect(dummy1 === 'lorem' && dummy2 === 'ipsum', 'the query of the redirect URI is still there');
  await fapiHappy(run, { client });
}

async function rejects(run: Run): Promise<void> {
  const pushed = await push(run);
  expectPushed(run, pushed);
  const { answer } = await open(run, pushed, newPerson({ decision: 'deny' }));
  demand(answer, 'the person comes back to the client');
  const { error, state, code } = answer.params;
  run.expect(error === 'access_denied', `the error is access_denied; it was ${error}`);
  run.expect(state === pushed.request['state'], 'the state comes back as it was');
  run.expect(code === undefined, 'there is no code');
}

/** What stands beside the pushed request in the URL says nothing (RFC 9101 6.3). */
const beside =
  (outside: (pushed: Params) => Params, params: Params = {}): Play =>
  async (run) =>
    fapiHappy(run, { params, outside: outside({ state: randomText(), nonce: randomText() }) });

/** Every claim that discovery lists, of userinfo and ID token, and one that nobody knows. */
async function identityClaims(run: Run): Promise<void> {
  const { claims_parameter_supported: supported, claims_supported: listed } = run.stage.metadata;
  if (supported !== true) throw new Skipped('Discovery does not say claims_parameter_supported, which is permitted.');
  const protocol = new Set(['sub', 'auth_time', 'acr', 'amr', 'sid', 'iss']);
  const names = (Array.isArray(listed) ? listed.map(String) : []).filter((name) => !protocol.has(name));
  const asked = Object.fromEntries([...names, randomText(10)].map((name) => [name, null]));
  const { claims, userinfo } = await fapiHappy(run, {
    params: { claims: JSON.stringify({ userinfo: asked, id_token: asked }) },
  });
  const missing = names.filter((name) => !(name in claims) && !(name in userinfo));
  run.expect(
    missing.length === 0,
    `every claim that was asked for is there; missing: ${missing.join(', ')}`,
    'WARNING',
  );
}

async function unregisteredRedirectUri(run: Run): Promise<void> {
  const { answer } = await push(run, {
    params: { redirect_uri: `${run.stage.suite.base}/callback/${randomText(10)}` },
  });
  // Whether it may be one that nobody registered is for the server to say (RFC 9126 2.4).
  if (answer.status !== 201) expectRefusal(run, answer, ...INVALID, 'invalid_redirect_uri');
}

async function withoutPar(run: Run): Promise<void> {
  const [{ id, redirectUri }] = await clientsOf(run);
  const code_challenge = createHash('sha256').update(randomText(64)).digest('base64url');
  const request = {
    client_id: id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    state: randomText(),
    code_challenge,
    code_challenge_method: 'S256',
  };
  expectNoCode(run, await go(run, newPerson(), authorizationUrl(run, request)), ...INVALID);
}

/** Somebody looks at the login page, and signs in at a second look (FAPI 2.0 Security Profile 5.3.2.2, note 3). */
async function openedTwice(run: Run): Promise<void> {
  const pushed = await push(run);
  expectPushed(run, pushed);
  const query = new URLSearchParams({ client_id: pushed.client.id, request_uri: pushed.requestUri });
  const person = newPerson();
  await person.browser.open(`${String(run.stage.metadata['authorization_endpoint'])}?${query.toString()}`);
  run.expect(person.browser.page.screen === 'login', 'the first look shows the login page');
  const { answer } = await open(run, pushed, person);
  const { code } = answer?.params ?? {};
  if (!run.expect(code !== undefined, 'the second look leads to a code', 'WARNING')) return;
  expectTokens(run, await exchangeCode(run, pushed, code ?? ''));
}

async function usedTwice(run: Run): Promise<void> {
  const { pushed, person } = await fapiHappy(run);
  const again = await open(run, pushed, person);
  if (run.expect(again.answer?.params['code'] === undefined, 'a request_uri is used once', 'WARNING'))
    expectNoCode(run, again, 'invalid_request_uri');
}

async function expired(run: Run): Promise<void> {
  const pushed = await push(run);
  expectPushed(run, pushed);
  run.stage.passTime(Number(JSON.parse(pushed.answer.body).expires_in) + 1);
  expectNoCode(run, await open(run, pushed), 'invalid_request_uri');
}

async function ofAnotherClient(run: Run): Promise<void> {
  const [, other] = await clientsOf(run);
  const pushed = await push(run);
  expectPushed(run, pushed);
  expectNoCode(
    run,
    await open(run, { ...pushed, client: other }),
    'invalid_request',
    'invalid_request_uri',
    'invalid_client',
  );
}

async function wrongMethod(run: Run): Promise<void> {
  const url = String(run.stage.metadata['pushed_authorization_request_endpoint']);
  const { status } = await run.stage.send(url, { method: 'PUT', form: { client_id: 'fapi1' } });
  run.expect(status >= 400 && status < 500, `a PUT is refused; it was ${status}`);
}

async function pkceAtToken(run: Run, verifier: string | undefined): Promise<void> {
  const { pushed, code } = await upToCode(run);
  const answer = await exchangeCode(run, pushed, code, { form: { code_verifier: verifier } });
  expectRefusal(run, answer, 'invalid_grant', 'invalid_request');
}

const NO_REDIRECT = { params: { redirect_uri: undefined } };

/** Requests, pushed and opened (FAPI 2.0 Security Profile 5.3.2.2, RFC 9126, RFC 7636). */
export const requests: Record<string, Play> = {
  'happy-flow': happyTwice,
  'user-rejects-authentication': rejects,
  'ensure-authorization-request-without-state-success': succeedsWith(() => ({ state: undefined })),
  'ensure-authorization-request-without-nonce-success': succeedsWith(() => ({ nonce: undefined })),
  'ensure-authorization-request-with-64-char-nonce-success': succeedsWith(() => ({ nonce: randomText(64) })),
  'ensure-authorization-request-with-long-nonce': succeedsWith(() => ({ nonce: randomText(384) })),
  'ensure-authorization-request-with-long-state': succeedsWith(() => ({ state: randomText(1000) })),
  'ensure-other-scope-order-succeeds': succeedsWith(() => ({ scope: 'email openid' })),
  'test-claims-parameter-identity-claims': identityClaims,
  'ensure-different-nonce-inside-and-outside-request-object': beside(({ nonce }) => ({ nonce })),
  'ensure-different-state-inside-and-outside-request-object': beside(({ state }) => ({ state })),
  'state-only-outside-request-object-not-used': beside(({ state }) => ({ state }), { state: undefined }),
  'ensure-request-object-without-redirect-uri-fails': refusedPush(NO_REDIRECT, ...INVALID),
  'ensure-redirect-uri-in-authorization-request': refusedPush(NO_REDIRECT, ...INVALID),
  'plain-fapi-tolerate-unregistered-redirect-uri': unregisteredRedirectUri,
  'ensure-unsigned-authorization-request-without-using-par-fails': withoutPar,
  'ensure-response-type-code-idtoken-fails': refusedPush(
    { params: { response_type: 'code id_token' } },
    'unsupported_response_type',
    'unauthorized_client',
    ...INVALID,
  ),
  'ensure-response-type-token-fails': refusedPush(
    { params: { response_type: 'token' } },
    'unsupported_response_type',
    'unauthorized_client',
    ...INVALID,
  ),
  'par-ensure-reused-request-uri-prior-to-auth-completion-succeeds': openedTwice,
  'par-attempt-reuse-request_uri': usedTwice,
  'par-attempt-to-use-expired-request_uri': expired,
  'par-attempt-to-use-request_uri-for-different-client': ofAnotherClient,
  'par-authorization-request-containing-request_uri-form-param': async (run) => {
    const { requestUri } = await push(run);
    expectRefusal(
      run,
      (await push(run, { params: { request_uri: requestUri } })).answer,
      ...INVALID,
      'request_uri_not_supported',
    );
  },
  'par-attempt-invalid-http-method': wrongMethod,
  'par-ensure-pkce-required': refusedPush(
    { params: { code_challenge: undefined, code_challenge_method: undefined } },
    'invalid_request',
  ),
  'ensure-pkce-code-verifier-required': (run) => pkceAtToken(run, undefined),
  'incorrect-pkce-code-verifier-rejected': (run) => pkceAtToken(run, randomText(64)),
  'par-plain-pkce-rejected': refusedPush({ params: { code_challenge_method: 'plain' } }, 'invalid_request'),
  'par-without-duplicate-parameters': (run) => fapiHappy(run),
};
