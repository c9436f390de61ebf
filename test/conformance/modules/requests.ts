import { UnsecuredJWT } from 'jose';
import { clientFor } from '../clients.ts';
import {
  authorizationUrl,
  authorize,
  checkAnswer,
  follow,
  happy,
  randomText,
  requestOf,
  type Params,
} from '../flow.ts';
import { go, newPerson, type Arrival } from '../person.ts';
import { demand, Skipped, type Play, type Run } from '../run.ts';

/** A request with something more in it, which must succeed all the same. */
const withParams =
  (params: Params): Play =>
  (run) =>
    happy(run, { params });

/** An error that goes to the client, or a page of ours that says so; never success. */
export async function refused(run: Run, params: Params, errors: readonly string[]): Promise<void> {
  const { arrival, request } = await authorize(run, { params });
  if (arrival.answer) {
    checkAnswer(run, arrival.answer, request);
    const { error, code } = arrival.answer.params;
    run.expect(code === undefined, 'there is no code');
    run.expect(errors.includes(String(error)), `the error is ${errors.join(' or ')}; it was ${error}`);
  } else expectErrorPage(run, arrival);
}

/** A page of ours with an error, and nobody is sent anywhere. */
export function expectErrorPage(run: Run, { answer, page }: Arrival): void {
  run.expect(!answer, 'nobody is sent to the client');
  run.expect(
    page.screen === 'error' && page.status >= 400,
    `an error page is shown; it was ${page.screen} (${page.status})`,
  );
}

/** With its key set in the document, the suite signs nothing: alg none is what it tries. */
function demandUnsignedObjects({ stage }: Run): void {
  const algorithms = stage.metadata['request_object_signing_alg_values_supported'];
  if (Array.isArray(algorithms) && algorithms.includes('none')) return;
  throw new Skipped(
    'Discovery does not list "none" in request_object_signing_alg_values_supported: unsigned request objects are not supported, which is permitted.',
  );
}

/** The request as an unsigned object; outside of it stand `outside` and what OAuth demands. */
async function unsignedObject(run: Run, outside: Params = {}): Promise<unknown> {
  demandUnsignedObjects(run);
  const client = await clientFor(run);
  const inside = requestOf(run, client);
  const { client_id = '', response_type = '', scope = '' } = inside;
  const request = new UnsecuredJWT({ ...inside, iss: client_id, aud: run.stage.issuer }).encode();
  const sent = requestOf(run, client, {
    client_id,
    response_type,
    scope,
    state: undefined,
    nonce: undefined,
    request,
    ...outside,
  });
  const arrival = await go(run, newPerson(), authorizationUrl(run, sent));
  if (arrival.answer?.params['error'] === 'request_not_supported')
    throw new Skipped('The server answers request_not_supported, which is permitted.');
  return follow(run, { client, person: newPerson(), request: inside, arrival });
}

/** A request by reference, which we never fetch (oidc-provider 9 has no remote request_uri). */
const requestUri =
  (path: string): Play =>
  async (run) => {
    const { stage } = run;
    if (stage.metadata['request_uri_parameter_supported'] !== true)
      throw new Skipped(
        'Discovery says request_uri_parameter_supported: false; requests by reference come through pushed authorization requests only.',
      );
    await happy(run, { params: { request_uri: `${stage.suite.base}${path}` } });
  };

async function requestUriUnsigned(run: Run): Promise<unknown> {
  demandUnsignedObjects(run);
  return refused(run, { request_uri: `${run.stage.suite.base}/request.jwt` }, ['request_uri_not_supported']);
}

async function asPost(run: Run): Promise<unknown> {
  const { suite, metadata } = run.stage;
  const client = await clientFor(run);
  const request = requestOf(run, client);
  const inputs = Object.entries(request).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
  );
  const action = String(metadata['authorization_endpoint']);
  suite.serve('/start', {
    body: `<!doctype html><title>Start</title><form method="post" action="${action}">${inputs.join('')}</form>`,
  });
  const person = newPerson();
  return follow(run, { client, person, request, arrival: await go(run, person, `${suite.base}/start`) });
}

async function withPkce(run: Run): Promise<unknown> {
  const verifier = randomText(43);
  const digest = await crypto.subtle.digest('SHA-256', Buffer.from(verifier));
  const params = { code_challenge: Buffer.from(digest).toString('base64url'), code_challenge_method: 'S256' };
  return happy(run, { params, verifier });
}

async function unregisteredRedirectUri(run: Run): Promise<void> {
  const { arrival } = await authorize(run, {
    params: { redirect_uri: `${run.stage.suite.base}/callback/${randomText(10)}` },
  });
  expectErrorPage(run, arrival);
}

async function allAcrValues(run: Run): Promise<void> {
  const supported = run.stage.metadata['acr_values_supported'];
  const asked = Array.isArray(supported) ? supported.map(String) : ['1', '2'];
  // Whoever sets up a second factor has one from then on: not the account of the other modules.
  const { claims } = await happy(run, {
    person: newPerson({ address: 'sparse@conformance.example' }),
    params: { acr_values: asked.join(' ') },
  });
  run.expect(asked.includes(String(claims['acr'])), 'acr of the ID token is one of those asked for', 'WARNING');
}

async function withoutNonce(run: Run): Promise<unknown> {
  return run.variant.responseType.includes('id_token')
    ? refused(run, { nonce: undefined }, ['invalid_request'])
    : happy(run, { params: { nonce: undefined } });
}

/** A longer code than 128 bits cannot be demanded of a text; its alphabet is taken for what it seems. */
async function server(run: Run): Promise<void> {
  const { answer } = await happy(run);
  const { code } = answer.params;
  if (code === undefined) return;
  const kinds = new Set(code).size;
  run.expect(code.length >= 16 && code.length * Math.log2(kinds) >= 96, 'the code is long and random enough');
}

/** Requests of OIDC Core 3.1.2.1, 3.2.2.1 and 6: what must be understood, and what must be refused. */
export const requests: Record<string, Play> = {
  'oidcc-server': server,
  'oidcc-server-client-secret-post': (run) => happy(run),
  'oidcc-response-type-missing': (run) =>
    refused(run, { response_type: undefined }, ['invalid_request', 'unsupported_response_type']),
  'oidcc-ensure-request-without-nonce-succeeds-for-code-flow': withoutNonce,
  'oidcc-ensure-request-without-nonce-fails': withoutNonce,
  'oidcc-ensure-request-with-unknown-parameter-succeeds': withParams({ extra: 'foobar' }),
  'oidcc-display-page': withParams({ display: 'page' }),
  'oidcc-display-popup': withParams({ display: 'popup' }),
  'oidcc-ui-locales': withParams({ ui_locales: 'se' }),
  'oidcc-claims-locales': withParams({ claims_locales: 'se' }),
  'oidcc-ensure-post-request-succeeds': asPost,
  'oidcc-ensure-request-with-valid-pkce-succeeds': withPkce,
  'oidcc-ensure-request-with-acr-values-succeeds': allAcrValues,
  'oidcc-ensure-registered-redirect-uri': unregisteredRedirectUri,
  'oidcc-ensure-redirect-uri-in-authorization-request': async (run) => {
    const { arrival } = await authorize(run, { params: { redirect_uri: undefined } });
    expectErrorPage(run, arrival);
  },
  'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported': (run) => unsignedObject(run),
  'oidcc-ensure-request-object-with-redirect-uri': (run) =>
    unsignedObject(run, { redirect_uri: `${run.stage.suite.base}/callback/${randomText(10)}` }),
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported': requestUriUnsigned,
  'oidcc-request-uri-unsigned': requestUri('/request.jwt'),
  'oidcc-request-uri-signed-rs256': requestUri('/request.jwt'),
};

/** What OIDC Core 3.1.2.6 lets a server say when a page would be needed. */
export const NEEDS_A_PAGE = [
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
] as const;

/** A request with prompt=none that must end with an error of those, its long state intact. */
export async function refusedSilently(run: Run, wish: Parameters<typeof authorize>[1]): Promise<void> {
  const { arrival, request } = await authorize(run, {
    ...wish,
    params: { ...wish?.params, prompt: 'none', state: randomText(128) },
  });
  demand(arrival.answer, `the person comes back to the client; they stand before ${arrival.page.screen}`);
  checkAnswer(run, arrival.answer, request);
  const { error } = arrival.answer.params;
  run.expect(
    NEEDS_A_PAGE.some((name) => name === error),
    `the error is one that asks for a page; it was ${error}`,
  );
}
