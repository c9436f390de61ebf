import { decodeProtectedHeader } from 'jose';
import { clientFor, makeKey, registerClient, sendRegistration, type Client } from '../clients.ts';
import { authorize, happy, type Params } from '../flow.ts';
import { demand, Skipped, type Play, type Run } from '../run.ts';
import { expectErrorPage } from './requests.ts';
import { refreshed } from './tokens.ts';

const callback = ({ stage }: Run, query = '') => `${stage.suite.base}/callback${query}`;

/** Registers with this metadata, and signs somebody in with what came of it. */
const registered =
  (metadata: (run: Run) => Record<string, unknown>): Play =>
  async (run) =>
    happy(run, { client: await registerClient(run, metadata(run)) });

/** A registration that must be refused (RFC 7591 3.2.2). */
async function refusedRegistration(run: Run, metadata: Record<string, unknown>): Promise<void> {
  const { status, body } = await sendRegistration(run, metadata);
  run.expect(status === 400, `the registration is refused with 400; it was ${status}`);
  const error = body.startsWith('{') ? String(JSON.parse(body).error) : body;
  run.expect(
    ['invalid_redirect_uri', 'invalid_client_metadata'].includes(error),
    `the error is one of RFC 7591; it was ${error}`,
  );
}

function demandAlgorithm({ stage }: Run, member: string, algorithm: string): void {
  const listed = stage.metadata[member];
  if (!Array.isArray(listed) || !listed.includes(algorithm))
    throw new Skipped(`Discovery does not list ${algorithm} in ${member}, which is permitted.`);
}

async function signedBy(run: Run, metadata: Record<string, unknown>): Promise<void> {
  const { idToken } = await happy(run, { client: await registerClient(run, metadata) });
  const { alg, kid } = decodeProtectedHeader(idToken);
  run.expect(alg === 'RS256', `the ID token is signed with RS256; it was ${alg}`);
  run.expect(kid !== undefined, 'the header of the ID token names its key');
}

/** An ID token without a signature is for code flows of clients that ask for it, where it is offered at all (OIDC Core 2). */
async function unsignedIdToken(run: Run): Promise<unknown> {
  const metadata = { id_token_signed_response_alg: 'none' };
  const listed = run.stage.metadata['id_token_signing_alg_values_supported'];
  if (Array.isArray(listed) && listed.includes('none'))
    return happy(run, { client: await registerClient(run, metadata) });
  const { status } = await sendRegistration(run, metadata);
  demand(status === 400, `a registration with unsigned ID tokens is refused; it was ${status}`);
  throw new Skipped('Unsigned ID tokens are not offered, and their registration is refused, which is permitted.');
}

async function signedUserinfo(run: Run): Promise<void> {
  demandAlgorithm(run, 'userinfo_signing_alg_values_supported', 'RS256');
  await happy(run, { client: await registerClient(run, { userinfo_signed_response_alg: 'RS256' }) });
}

/** A redirect URI that is registered as `registers` is asked for as `asks`; nobody may be sent there. */
async function mismatch(run: Run, registers: string, asks: string): Promise<void> {
  const client = await registerClient(run, { redirect_uris: [registers] });
  const { arrival } = await authorize(run, { client, params: { redirect_uri: asks } });
  expectErrorPage(run, arrival);
}

async function withQuery(run: Run): Promise<void> {
  const client = await registerClient(run, { redirect_uris: [callback(run, '?foo=bar')] });
  const { answer } = await happy(run, { client });
  run.expect(answer.query['foo'] === 'bar', 'the query of the redirect URI is still there');
}

/** What the person reads about a client before they allow it something. */
async function shownToPeople(run: Run, name: string, path: string): Promise<void> {
  const url = `${run.stage.suite.base}${path}`;
  run.stage.suite.serve(path, PAGES[path] ?? { body: `<!doctype html><title>${name}</title>` });
  const client = await registerClient(run, { [name]: url });
  const { arrival } = await authorize(run, { client });
  demand(arrival.answer, 'the person comes back to the client');
  const shown = arrival.pages.some(({ body }) => body.includes(url));
  const why = name === 'logo_uri' ? "; our pages load no picture of another host (img-src 'self' data:)" : '';
  run.expect(shown, `a page on the way shows the ${name} of the client${why}`, 'WARNING');
}

/** One transparent dot. */
const DOT =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
const PAGES: Record<string, { body: string; type?: string }> = { '/logo.png': { body: DOT, type: 'image/png' } };

/** Serves these keys at a path of the suite. */
function serveKeys({ stage: { suite } }: Run, path: string, { key }: Pick<Client, 'key'>): string {
  suite.serve(path, { type: 'application/json', body: JSON.stringify({ keys: key ? [key.jwk] : [] }) });
  return `${suite.base}${path}`;
}

/** A client whose keys are fetched, with the key that it has now. */
async function withJwksUri(run: Run, metadata: Record<string, unknown> = {}): Promise<Client & { uri: string }> {
  const path = `/${crypto.randomUUID()}.jwks`;
  const key = await makeKey('RS256');
  const uri = serveKeys(run, path, { key });
  const client = await registerClient(run, { ...metadata, jwks: undefined, jwks_uri: uri });
  return { ...client, key, uri: path };
}

/** The client changes its key, and goes on with the new one (OIDC Core 10.1.1). */
async function clientRotates(run: Run): Promise<void> {
  const grants = ['authorization_code', ...(run.variant.responseType === 'code' ? [] : ['implicit']), 'refresh_token'];
  const client = await withJwksUri(run, { grant_types: grants });
  const params: Params = { scope: 'openid offline_access', prompt: 'consent' };
  const granted = await happy(run, { client, params });
  const key = await makeKey('RS256');
  serveKeys(run, client.uri, { key });
  run.stage.passTime(61);
  await refreshed(run, { ...granted, client: { ...client, key } });
}

/** A file of redirect URIs at the sector_identifier_uri (Registration 1.0 5). */
function sectorOf(run: Run, uris: string[]): Record<string, unknown> {
  const path = `/${crypto.randomUUID()}.json`;
  run.stage.suite.serve(path, { type: 'application/json', body: JSON.stringify(uris) });
  return { sector_identifier_uri: `${run.stage.suite.base}${path}` };
}

/** The operator changes our key; apps find the new one in the key set (OIDC Core 10.1.1). */
async function serverRotates(run: Run): Promise<void> {
  const ids = async () => new Set((await run.stage.keys()).set.keys.map(({ kid }) => kid));
  // Before the clock moves: the server may well publish its next key by itself as soon as it does.
  const before = await ids();
  run.stage.passTime(25 * 3600);
  // The first lets a key sign that waits for its day, if one does; the second finds room to publish the next.
  await run.stage.command('keys', 'rotate');
  await run.stage.command('keys', 'rotate');
  // The other process looks every five seconds.
  const deadline = Date.now() + 15_000;
  let fresh: (string | undefined)[] = [];
  while (fresh.length === 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    fresh = [...(await ids())].filter((kid) => !before.has(kid));
  }
  run.expect(fresh.length > 0, 'the key set has a key that it did not have');
}

/** Third Party Initiated Login (OIDC Core 4). */
async function initiateLoginUri(run: Run): Promise<void> {
  const uri = `${run.stage.suite.base}/initiate_login`;
  const { registered: answer = {} } = await registerClient(run, { initiate_login_uri: uri });
  const { registration_client_uri: configuration, registration_access_token: token } = answer;
  demand(typeof configuration === 'string' && typeof token === 'string', 'the registration can be read again');
  const { status, body } = await run.stage.send(configuration, { headers: { authorization: `Bearer ${token}` } });
  demand(status === 200, `reading it answers 200; it was ${status}`);
  run.expect(JSON.parse(body).initiate_login_uri === uri, 'initiate_login_uri is as it was registered');
}

/** What a client registers itself with (OpenID Connect Registration 1.0, RFC 7591). */
export const registration: Record<string, Play> = {
  'oidcc-idtoken-signature': (run) => signedBy(run, {}),
  'oidcc-idtoken-rs256': (run) => signedBy(run, { id_token_signed_response_alg: 'RS256' }),
  'oidcc-idtoken-unsigned': unsignedIdToken,
  'oidcc-userinfo-rs256': signedUserinfo,
  'oidcc-redirect-uri-query-OK': withQuery,
  'oidcc-redirect-uri-query-mismatch': (run) => mismatch(run, callback(run, '?foo=bar'), callback(run, '?bar=foo')),
  'oidcc-redirect-uri-query-added': (run) => mismatch(run, callback(run), callback(run, '?foo=bar')),
  'oidcc-redirect-uri-regfrag': (run) => refusedRegistration(run, { redirect_uris: [callback(run, '#foobar')] }),
  'oidcc-registration-logo-uri': (run) => shownToPeople(run, 'logo_uri', '/logo.png'),
  'oidcc-registration-policy-uri': (run) => shownToPeople(run, 'policy_uri', '/policy'),
  'oidcc-registration-tos-uri': (run) => shownToPeople(run, 'tos_uri', '/terms'),
  'oidcc-registration-jwks-uri': async (run) => happy(run, { client: await withJwksUri(run) }),
  'oidcc-registration-sector-uri': registered((run) => sectorOf(run, [callback(run)])),
  'oidcc-registration-sector-bad': (run) => refusedRegistration(run, sectorOf(run, [`${callback(run)}/another`])),
  'oidcc-server-rotate-keys': serverRotates,
  'oidcc-refresh-token-rp-key-rotation': clientRotates,
  'oidcc-ensure-client-assertion-with-iss-aud-succeeds': async (run) =>
    happy(run, { client: { ...(await clientFor(run)), audience: run.stage.issuer } }),
  'oidcc-3rd_party-init-login': initiateLoginUri,
  'oidcc-3rd_party-init-login-nohttps': (run) =>
    refusedRegistration(run, { initiate_login_uri: `http://127.0.0.1:8080/initiate_login` }),
};
