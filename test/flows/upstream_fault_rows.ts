import { UnsecuredJWT } from 'jose';
import { epochSeconds } from '../../src/kit/clock.ts';
import { transportFaults as broken, type FakeUpstream, type Faults } from '../upstreams/support/fake_upstream.ts';
import { callback, claims, line, profile, tokenBody, type MakeFaults } from '../upstreams/support/fault_makers.ts';

interface Failure {
  class: 'RETRY' | 'CONFIG';
  status: number;
  error: string;
  reason: string;
  security: boolean;
  /** The log asks for an admin; after CONFIG always. */
  alert: boolean;
  /** By how many seconds the event says that a clock is off. */
  skew?: number;
}

/** How a trip ends. RETRY and CONFIG show the login page with its other ways. */
export type End =
  | Failure
  | { class: 'CANCEL' }
  | { class: 'DENY' }
  /** Back at the app; `sees` is what it learned. */
  | { class: 'IN'; sees?: Record<string, unknown> }
  /** On a page of ours that asks for something, and has not signed anybody in. */
  | { class: 'ASK'; screen: string; tells?: 'address_dropped' };

/** One fault of the table, told by one upstream. */
export interface FaultRow {
  row: number;
  what: string;
  at: string;
  /** Who is chosen there; Ada unless said. */
  who?: string;
  faults?: (fake: FakeUpstream) => Faults;
  end: End;
}

const failed = (reason: string, more: Partial<Failure> = {}): Failure => {
  const judgement = { status: 400, error: 'upstream_failed', security: false, alert: false };
  return { class: 'RETRY', ...judgement, reason, ...more };
};
const suspicious = (reason: string, more: Partial<Failure> = {}): Failure =>
  failed(reason, { security: true, ...more });
export const away = (reason: string, more: Partial<Failure> = {}): Failure =>
  failed(reason, { status: 503, error: 'upstream_unavailable', ...more });
export const config = (reason: string, more: Partial<Failure> = {}): Failure =>
  failed(reason, { class: 'CONFIG', error: 'upstream_misconfigured', alert: true, ...more });
const alert = { alert: true };
const signedIn: End = { class: 'IN' };
const asked = (screen: string): End => ({ class: 'ASK', screen });
const dropped: End = { class: 'ASK', screen: 'complete-profile', tells: 'address_dropped' };

const without = (name: string) => claims((own) => ({ ...own, [name]: undefined }));
const claim = (name: string, value: unknown) => claims((own) => ({ ...own, [name]: value }));
const told = (params: Record<string, string>) =>
  callback((own) => {
    own.delete('code');
    for (const [name, value] of Object.entries(params)) own.set(name, value);
  });
/** Once only: the second try finds the upstream well. */
const once = (transport: NonNullable<Faults['transport']>): MakeFaults => {
  let left = 1;
  return () => ({ transport: (request, response) => left > 0 && transport(request, response) && left-- > 0 });
};
const HTML = '<h1>Something went wrong</h1>';
const answer = (status: number, type: string, body: string, path: string) =>
  line(broken.status(status, type, body)(path));
const JSON_TYPE = 'application/json';

/** Faults that show in one trip. */
export const faultRows: FaultRow[] = [
  { row: 1, what: 'nonce of another login', at: 'google', faults: claim('nonce', 'another'), end: suspicious('nonce_mismatch') },
  { row: 2, what: 'no nonce', at: 'google', faults: without('nonce'), end: suspicious('nonce_missing') },
  { row: 2, what: 'no nonce from an upstream that never sends one', at: 'linkedin', end: signedIn },
  { row: 3, what: 'empty nonce', at: 'google', faults: claim('nonce', ''), end: suspicious('nonce_mismatch') },
  { row: 4, what: 'issuer of somebody else', at: 'google', faults: claim('iss', 'https://evil.example'), end: suspicious('issuer_wrong', alert) },
  { row: 4, what: 'issuer with a slash more', at: 'partner', faults: claims((own) => ({ ...own, iss: `${own.iss}/` })), end: suspicious('issuer_wrong', alert) },
  { row: 4, what: 'issuer without a scheme', at: 'partner', faults: claims((own) => ({ ...own, iss: own.iss?.slice(7) })), end: suspicious('issuer_wrong', alert) },
  { row: 4, what: 'issuer without a scheme, from Google', at: 'google', who: 'alan', faults: claim('iss', 'accounts.google.com'), end: signedIn },
  { row: 5, what: 'tenant that is not the one of the issuer', at: 'microsoft', faults: claim('tid', '00000000-0000-4000-8000-000000000000'), end: suspicious('issuer_wrong', alert) },
  { row: 6, what: 'personal account where only one tenant may sign in', at: 'microsoft', who: 'paul', end: { class: 'DENY' } },
  { row: 7, what: 'audience of another app', at: 'google', faults: claim('aud', 'other'), end: suspicious('audience_wrong') },
  { row: 7, what: 'several audiences without us', at: 'google', faults: claim('aud', ['other', 'third']), end: suspicious('audience_wrong') },
  { row: 7, what: 'several audiences, meant for another', at: 'google', faults: claims((own) => ({ ...own, aud: [String(own.aud), 'other'], azp: 'other' })), end: suspicious('azp_wrong') },
  { row: 8, what: 'token that has ended', at: 'google', faults: claims((own) => ({ ...own, exp: epochSeconds() - 90 })), end: failed('id_token_expired', { skew: -90 }) },
  { row: 8, what: 'token of the future', at: 'google', faults: claims((own) => ({ ...own, iat: epochSeconds() + 600 })), end: failed('id_token_in_future', { skew: 600 }) },
  { row: 8, what: 'token that is not valid yet', at: 'google', faults: claims((own) => ({ ...own, nbf: epochSeconds() + 600 })), end: failed('id_token_in_future', { skew: 600 }) },
  { row: 9, what: 'no signature at all', at: 'google', faults: () => ({ sign: (own) => new UnsecuredJWT(own).encode() }), end: suspicious('alg_refused') },
  { row: 10, what: 'public key as a secret', at: 'google', faults: (fake) => ({ sign: (own) => fake.confuse(own) }), end: suspicious('alg_refused') },
  { row: 11, what: 'algorithm that we were not told of', at: 'google', faults: headerOf({ alg: 'PS512' }), end: config('alg_unlisted') },
  { row: 11, what: 'algorithm of other wallets', at: 'google', faults: headerOf({ alg: 'ES256K' }), end: config('alg_unlisted') },
  { row: 12, what: 'broken signature', at: 'google', faults: (fake) => ({ sign: (own) => fake.forge(own) }), end: suspicious('signature_wrong') },
  { row: 14, what: 'key that nobody publishes', at: 'partner', faults: headerOf({ alg: 'RS256', kid: 'nobodys' }), end: config('key_unknown') },
  { row: 15, what: 'no kid', at: 'google', faults: (fake) => ({ sign: (own) => fake.signBare(own) }), end: signedIn },
  { row: 17, what: 'no keys, while there are some of today', at: 'google', faults: line(broken.status(500)('/certs')), end: signedIn },
  { row: 18, what: 'no ID token', at: 'google', faults: tokenBody({ id_token: undefined }), end: config('id_token_missing') },
  { row: 19, what: 'encrypted ID token', at: 'google', faults: tokenBody({ id_token: 'e30.a.b.c.d' }), end: suspicious('alg_refused') },
  { row: 19, what: 'ID token of three words', at: 'google', faults: tokenBody({ id_token: 'not.a.token' }), end: failed('id_token_malformed') },
  { row: 19, what: 'ID token of a megabyte', at: 'google', faults: tokenBody({ id_token: 'x'.repeat(1024 * 1024) }), end: failed('too_large') },
  { row: 20, what: 'hash of another access token', at: 'google', faults: claim('at_hash', 'x'), end: suspicious('at_hash_wrong') },
  { row: 21, what: 'no subject', at: 'google', faults: without('sub'), end: failed('subject_invalid', alert) },
  { row: 21, what: 'empty subject', at: 'google', faults: claim('sub', ''), end: failed('subject_invalid', alert) },
  { row: 21, what: 'subject that is a number', at: 'google', faults: claim('sub', 42), end: failed('subject_invalid', alert) },
  { row: 21, what: 'subject of 300 characters', at: 'google', faults: claim('sub', 'x'.repeat(300)), end: failed('subject_invalid', alert) },
  { row: 21, what: 'subject that is a number, where it always is one', at: 'github', end: signedIn },
  { row: 22, what: 'another person in userinfo', at: 'partner', faults: profile({ sub: 'somebody else' }), end: suspicious('userinfo_subject_differs') },
  { row: 24, what: 'no address', at: 'google', who: 'noor', end: asked('complete-profile') },
  { row: 25, what: 'address that was never verified', at: 'google', who: 'una', end: asked('complete-profile') },
  { row: 25, what: 'address that is verified "false"', at: 'google', who: 'alan', faults: claims((own) => ({ ...own, sub: 'x1', email: 'false@words.example', email_verified: 'false' })), end: asked('complete-profile') },
  { row: 26, what: 'address with a line break', at: 'google', faults: stranger({ email: 'eve@words.example\r\nbcc: x@y.example' }), end: dropped },
  { row: 26, what: 'address with two @', at: 'google', faults: stranger({ email: 'eve@a@words.example' }), end: dropped },
  { row: 26, what: 'address of 400 characters', at: 'google', faults: stranger({ email: `${'x'.repeat(400)}@words.example` }), end: dropped },
  { row: 26, what: 'address with a name around it', at: 'google', faults: stranger({ email: 'Eve <eve@words.example>' }), end: dropped },
  {
    row: 27,
    what: 'name with markup and a picture that is a script',
    at: 'google',
    faults: stranger({ sub: 'x27', email: 'mark@gmail.com', name: `\u202e<b>Mark</b>${'x'.repeat(10_000)}`, picture: 'javascript:alert(1)' }),
    end: { class: 'IN', sees: { name: `<b>Mark</b>${'x'.repeat(189)}`, picture: undefined } },
  },
  { row: 28, what: '__proto__ in the profile', at: 'facebook', faults: line(broken.status(200, JSON_TYPE, '{"__proto__":{"id":"1","polluted":true}}')('/me')), end: failed('subject_invalid', alert) },
  { row: 29, what: 'duplicate keys in the profile', at: 'facebook', faults: line(broken.status(200, JSON_TYPE, '{"id":"1","id":"1022","name":"Dup","email":"dup@words.example"}')('/me')), end: asked('complete-profile') },
  { row: 30, what: 'page of HTML for tokens', at: 'google', faults: answer(200, 'text/html', HTML, '/token'), end: failed('token_malformed') },
  { row: 30, what: 'page of HTML for tokens, with 502', at: 'google', faults: answer(502, 'text/html', HTML, '/token'), end: away('token_unavailable') },
  { row: 30, what: 'page of HTML for the profile', at: 'partner', faults: answer(200, 'text/html', HTML, '/userinfo'), end: failed('profile_malformed') },
  { row: 30, what: 'page of HTML for the profile, with 502', at: 'partner', faults: answer(502, 'text/html', HTML, '/userinfo'), end: away('profile_unavailable') },
  { row: 31, what: 'status 500 for tokens', at: 'google', faults: answer(500, JSON_TYPE, '{}', '/token'), end: away('token_unavailable') },
  { row: 31, what: 'status 503 for the profile, once', at: 'facebook', faults: once(broken.status(503)('/me')), end: asked('complete-profile') },
  { row: 33, what: 'silence for tokens', at: 'google', faults: line(broken.hang('/token')), end: away('timeout') },
  { row: 33, what: 'tokens drop by drop', at: 'google', faults: line(broken.drip('/token')), end: away('timeout') },
  { row: 33, what: 'silence for the profile', at: 'facebook', faults: line(broken.hang('/me')), end: away('timeout') },
  { row: 34, what: 'line that breaks before tokens', at: 'google', faults: line(broken.reset('/token')), end: away('network') },
  { row: 34, what: 'tokens that are cut off', at: 'google', faults: line(broken.truncated('/token')), end: away('network') },
  { row: 34, what: 'line that breaks before the profile, once', at: 'facebook', faults: once(broken.reset('/me')), end: asked('complete-profile') },
  { row: 35, what: 'certificate that nobody vouches for', at: 'untrusted', end: config('tls') },
  { row: 36, what: 'error with status 200', at: 'github', faults: answer(200, JSON_TYPE, '{"error":"bad_verification_code"}', '/access_token'), end: failed('token_refused') },
  { row: 36, what: 'failure inside the profile, with status 200', at: 'naver', faults: answer(200, JSON_TYPE, '{"resultcode":"024","message":"Authentication failed"}', '/me'), end: failed('profile_refused') },
  { row: 37, what: 'error that is an object', at: 'facebook', faults: answer(400, JSON_TYPE, '{"error":{"message":"<b>no</b>","type":"OAuthException","code":190}}', '/access_token'), end: failed('token_refused') },
  { row: 37, what: 'error that is a number', at: 'google', faults: tokenBody({ error: 123 }), end: failed('token_refused') },
  { row: 37, what: 'error without a description', at: 'google', faults: answer(400, JSON_TYPE, '{"error":"invalid_grant"}', '/token'), end: failed('token_refused') },
  { row: 38, what: 'form for tokens', at: 'google', faults: answer(200, 'application/x-www-form-urlencoded', 'access_token=a', '/token'), end: failed('token_malformed') },
  { row: 38, what: 'tokens called text', at: 'google', faults: answer(200, 'text/plain', '{"access_token":"a"}', '/token'), end: failed('token_malformed') },
  { row: 39, what: 'no token type', at: 'google', faults: tokenBody({ token_type: undefined }), end: signedIn },
  { row: 39, what: 'loud token type', at: 'google', faults: tokenBody({ token_type: 'BEARER' }), end: signedIn },
  { row: 39, what: 'token type of its own', at: 'google', faults: tokenBody({ token_type: 'mac' }), end: failed('token_malformed') },
  { row: 40, what: 'lifetime in a text', at: 'google', faults: tokenBody({ expires_in: '3600' }), end: signedIn },
  { row: 40, what: 'lifetime in words', at: 'google', faults: tokenBody({ expires_in: 'soon' }), end: signedIn },
  { row: 40, what: 'lifetime below nothing', at: 'google', faults: tokenBody({ expires_in: -1.5 }), end: signedIn },
  { row: 40, what: 'no lifetime', at: 'google', faults: tokenBody({ expires_in: undefined }), end: signedIn },
  { row: 41, what: 'hundred megabytes for tokens', at: 'google', faults: line(broken.flood('/token')), end: failed('too_large') },
  { row: 41, what: 'gzip bomb for the profile', at: 'facebook', faults: line(broken.bomb('/me')), end: failed('too_large') },
  { row: 42, what: 'redirect for tokens', at: 'google', faults: line(broken.redirectTo('https://elsewhere.example/')('/token')), end: config('redirect') },
  { row: 42, what: 'redirect in a circle for the profile', at: 'facebook', faults: line(broken.loop('/me')), end: config('redirect') },
  { row: 42, what: 'redirect to a metadata service for tokens', at: 'google', faults: line(broken.redirect('/token')), end: config('address_refused', { security: true }) },
  { row: 43, what: 'two codes', at: 'google', faults: callback((own) => own.append('code', 'second')), end: failed('callback_duplicate') },
  { row: 43, what: 'two issuers', at: 'google', faults: callback((own) => own.append('iss', 'https://accounts.google.com')), end: failed('callback_duplicate') },
  { row: 46, what: 'no issuer on the callback, though promised', at: 'partner', faults: callback((own) => own.delete('iss')), end: suspicious('callback_iss_missing') },
  { row: 47, what: 'issuer of another upstream on the callback', at: 'partner', faults: callback((own) => own.set('iss', 'https://accounts.google.com')), end: suspicious('callback_iss_wrong') },
  { row: 48, what: 'parameters that nobody knows', at: 'google', faults: callback((own) => own.append('brand_new', '1')), end: signedIn },
  { row: 49, what: 'code and error at once', at: 'google', faults: callback((own) => own.set('error', 'server_error')), end: away('callback_unavailable') },
  { row: 50, what: 'neither code nor error', at: 'google', faults: callback((own) => own.delete('code')), end: failed('callback_malformed') },
  { row: 50, what: 'empty code', at: 'google', faults: callback((own) => own.set('code', '')), end: failed('callback_malformed') },
  { row: 50, what: 'code of 10 kB', at: 'google', faults: callback((own) => own.set('code', 'x'.repeat(10_000))), end: failed('callback_malformed') },
  { row: 52, what: 'no in the words of OpenID', at: 'google', faults: told({ error: 'consent_required' }), end: { class: 'CANCEL' } },
  { row: 52, what: 'no in capitals', at: 'line', faults: told({ error: 'ACCESS_DENIED' }), end: { class: 'CANCEL' } },
  { row: 52, what: 'no at the login of LinkedIn', at: 'linkedin', faults: told({ error: 'user_cancelled_login' }), end: { class: 'CANCEL' } },
  { row: 53, what: 'temporarily_unavailable', at: 'google', faults: told({ error: 'temporarily_unavailable' }), end: away('callback_unavailable') },
  { row: 53, what: 'server_error', at: 'facebook', faults: told({ error: 'server_error' }), end: away('callback_unavailable') },
  { row: 58, what: 'address that was declined', at: 'facebook', who: 'noor', end: asked('complete-profile') },
  { row: 62, what: 'secret that has expired', at: 'google', faults: tokenBody({ error: 'invalid_client' }), end: config('token_client_refused') },
  { row: 62, what: 'secret that has expired, at Microsoft', at: 'microsoft', faults: answer(401, JSON_TYPE, '{"error":"invalid_client","error_codes":[7000222]}', '/token'), end: config('token_client_refused') },
]; // prettier-ignore

/** A token whose header says something else; its signature is checked by nobody then. */
function headerOf(header: { alg: string; kid?: string }): MakeFaults {
  return () => ({
    sign: (own) =>
      [header, own].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.c2ln',
  });
}

/** Somebody of whom we know nothing yet. */
function stranger(own: Record<string, unknown>): MakeFaults {
  return claims((honest) => ({ ...honest, sub: 'x26', email_verified: true, ...own }));
}
