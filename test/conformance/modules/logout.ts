import { decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT, UnsecuredJWT } from 'jose';
import type { Page } from '../../support/http_browser.ts';
import { clientFor, makeKey } from '../clients.ts';
import { happy, present, randomText, type Granted, type Params } from '../flow.ts';
import { newPerson } from '../person.ts';
import { demand, type Play, type Run } from '../run.ts';
import { refusedSilently } from './requests.ts';

/** Where the request to sign out ended. */
interface SignedOut {
  granted: Granted;
  /** The first page, before the person answered anything. */
  first?: string;
  page: Page;
  sent: Params;
  /** What came to the post_logout_redirect_uri. */
  returned?: Record<string, string>;
}

const postLogout = ({ stage }: Run) => `${stage.suite.base}/post_logout_redirect`;

/** Signs in, and sends the person to the end_session_endpoint with what `ask` makes of the usual request (RP-Initiated Logout 2). */
async function signOut(
  run: Run,
  ask: (usual: Params, granted: Granted) => Params | Promise<Params>,
): Promise<SignedOut> {
  const { suite, metadata } = run.stage;
  const backTo = postLogout(run);
  const client = await clientFor(run, 'client', {
    post_logout_redirect_uris: [backTo],
    backchannel_logout_uri: `${suite.base}/backchannel_logout`,
    backchannel_logout_session_required: true,
  });
  const granted = await happy(run, { client, person: newPerson() });
  const usual = { id_token_hint: granted.idToken, post_logout_redirect_uri: backTo, state: randomText(128) };
  const sent = await ask(usual, granted);
  const { browser } = granted.person;
  await browser.open(`${String(metadata['end_session_endpoint'])}?${new URLSearchParams(present(sent)).toString()}`);
  const first = browser.page.screen;
  await confirm(browser);
  const { page } = browser;
  const url = new URL(page.url);
  const returned = page.url.startsWith(backTo) ? Object.fromEntries(url.searchParams) : undefined;
  return { granted, first, page, sent, returned };
}

/** A person who is asked says yes; a page that sends itself is sent. */
async function confirm({ page, submit }: Granted['person']['browser']): Promise<void> {
  const [form] = page.forms;
  if (page.screen === 'logout') await submit({ button: 'logout' });
  else if (page.screen === undefined && form) await submit({ action: form.action });
}

/** The person is back at the client with the state as it was, and signed out. */
async function returnedToClient(run: Run, ask: (usual: Params) => Params = (usual) => usual): Promise<SignedOut> {
  const end = await signOut(run, ask);
  demand(end.returned, `the person comes to the post_logout_redirect_uri; they stand before ${end.page.screen}`);
  run.expect(end.returned['state'] === end.sent['state'], 'the state comes back as it was');
  const others = Object.keys(end.returned).filter((name) => name !== 'state');
  run.expect(others.length === 0, `nothing else comes back; there was ${others.join(', ')}`, 'WARNING');
  await signedOut(run, end);
  return end;
}

async function signedOut(run: Run, { granted: { client, person } }: SignedOut): Promise<void> {
  await refusedSilently(run, { client, person });
}

/** The person is signed out, and a page of ours says so. */
async function staysHere(run: Run, ask: (usual: Params) => Params): Promise<void> {
  const end = await signOut(run, ask);
  run.expect(!end.returned, 'nobody is sent to the post_logout_redirect_uri');
  run.expect(end.page.screen === 'signed-out', `a page says that they are signed out; it was ${end.page.screen}`);
  await signedOut(run, end);
}

/** An error or the question whether to sign out; whatever the person says, nobody is sent to the client. */
async function staysAway(run: Run, ask: (usual: Params, granted: Granted) => Params | Promise<Params>): Promise<void> {
  const { first, returned } = await signOut(run, ask);
  run.expect(!returned, 'nobody is sent to the post_logout_redirect_uri');
  run.expect(first === 'error' || first === 'logout', `an error or a question is shown; it was ${first}`);
}

/** With claims of the real one, but a key that is not ours. */
async function foreignHint(run: Run, { idToken }: Granted): Promise<string> {
  const { privateKey, jwk } = await makeKey('RS256');
  const kid = decodeProtectedHeader(idToken).kid;
  return new SignJWT({ ...decodeJwt(idToken), iss: run.stage.issuer })
    .setProtectedHeader({ alg: jwk.alg, kid })
    .sign(privateKey);
}

/** The same ID token, unsigned. */
function unsignedHint({ idToken }: Granted): string {
  return new UnsecuredJWT(decodeJwt(idToken)).encode();
}

/** Back-Channel Logout 1.0 2.4 to 2.6. */
async function backchannel(run: Run): Promise<void> {
  const { suite, issuer, keys } = run.stage;
  const since = suite.received.length;
  const { granted } = await returnedToClient(run);
  const told = await suite.next('/backchannel_logout', since);
  demand(told, 'the backchannel_logout_uri is called');
  const token = new URLSearchParams(told.body).get('logout_token');
  demand(told.method === 'POST' && token !== null, 'a logout_token is posted');
  const { resolve } = await keys();
  const options = { issuer, audience: granted.client.id, currentDate: new Date(run.stage.now()), clockTolerance: 10 };
  const { payload } = await jwtVerify(token, resolve, options);
  const events = payload['events'];
  run.expect(
    typeof events === 'object' && events !== null && 'http://schemas.openid.net/event/backchannel-logout' in events,
    'events has the one of back-channel logout',
  );
  run.expect(typeof payload.jti === 'string' && typeof payload.iat === 'number', 'jti and iat are there');
  run.expect(payload['nonce'] === undefined, 'there is no nonce');
  run.expect(payload.sub !== undefined || payload['sid'] !== undefined, 'sub or sid is there');
  run.expect(payload.sub === undefined || payload.sub === granted.claims.sub, 'sub is that of the ID token');
  run.expect(payload['sid'] === granted.claims['sid'], 'sid is that of the ID token');
}

/** RP-Initiated Logout 1.0 and Back-Channel Logout 1.0. */
export const logout: Record<string, Play> = {
  'oidcc-rp-initiated-logout': (run) => returnedToClient(run),
  'oidcc-rp-initiated-logout-no-state': (run) => returnedToClient(run, (usual) => ({ ...usual, state: undefined })),
  'oidcc-rp-initiated-logout-no-params': (run) => staysHere(run, () => ({})),
  'oidcc-rp-initiated-logout-only-state': (run) => staysHere(run, ({ state }) => ({ state })),
  'oidcc-rp-initiated-logout-no-post-logout-redirect-uri': (run) =>
    staysHere(run, (usual) => ({ ...usual, post_logout_redirect_uri: undefined })),
  'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri': (run) =>
    staysAway(run, (usual) => ({ ...usual, post_logout_redirect_uri: `${postLogout(run)}/${randomText(10)}` })),
  'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri': (run) =>
    staysAway(run, (usual) => ({ ...usual, post_logout_redirect_uri: `${postLogout(run)}?foo=bar` })),
  'oidcc-rp-initiated-logout-modified-id-token-hint': (run) =>
    staysAway(run, (usual, granted) => ({ ...usual, id_token_hint: unsignedHint(granted) })),
  'oidcc-rp-initiated-logout-bad-id-token-hint': (run) =>
    staysAway(run, async (usual, granted) => ({ ...usual, id_token_hint: await foreignHint(run, granted) })),
  'oidcc-rp-initiated-logout-no-id-token-hint': (run) =>
    staysAway(run, (usual) => ({ ...usual, id_token_hint: undefined })),
  'oidcc-backchannel-rp-initiated-logout': backchannel,
};
