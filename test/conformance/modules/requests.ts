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

const lists = ({ stage }: Run, member: string, value: string) => {
  const listed = stage.metadata[member];
  return Array.isArray(listed) && listed.includes(value);
};

/** The request as an unsigned object; outside of it stand `outside` and what OAuth demands (OIDC Core 6.1). */
async function unsignedObject(run: Run, outside: Params = {}): Promise<unknown> {
  const client = await clientFor(run);
  const inside = requestOf(run, client);
  const { client_id = '', response_type = '', scope = '' } = inside;
  const request = new UnsecuredJWT({ ...inside, iss: client_id, aud: run.stage.issuer }).encode();
  const required = { client_id, response_type, scope, state: undefined, nonce: undefined, request };
  const sent = requestOf(run, client, { ...required, ...outside });
  const person = newPerson();
  const arrival = await go(run, person, authorizationUrl(run, sent));
  if (lists(run, 'request_object_signing_alg_values_supported', 'none'))
    return follow(run, { client, person, request: inside, arrival });
  return skipRefused(arrival, 'An unsigned request object', ['request_not_supported', 'invalid_request_object']);
}

/** What is not offered must be refused, where anybody could take it for done; then there is nothing more to see. */
function skipRefused({ answer, page }: Arrival, what: string, errors: readonly string[]): never {
  const error = answer?.params['error'];
  const said = error === undefined ? page.screen === 'error' : errors.includes(error);
  demand(said, `${what} is refused; the answer was ${error ?? page.screen ?? page.url}`);
  throw new Skipped(`${what} is refused${error === undefined ? ' on a page' : ` with ${error}`}, which is permitted.`);
}

/** A request by reference, which we never fetch: clients push theirs (RFC 9126). */
async function requestByReference(run: Run): Promise<unknown> {
  const params = { request_uri: `${run.stage.suite.base}/request.jwt` };
  const { arrival } = await authorize(run, { params });
  demand(run.stage.metadata['request_uri_parameter_supported'] !== true, 'we do not say that we take a request_uri');
  return skipRefused(arrival, 'A request by reference', ['request_uri_not_supported']);
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
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported': requestByReference,
  'oidcc-request-uri-unsigned': requestByReference,
  'oidcc-request-uri-signed-rs256': requestByReference,
};

/** What OIDC Core 3.1.2.6 lets a server say when a page would be needed. */
const NEEDS_A_PAGE = [
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
