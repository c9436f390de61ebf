import fc from 'fast-check';
import { anyText } from '../support/any_text.ts';

/** What a page must never show as it is: markup that would run, under a name that nothing else has. */
export const CANARY = 'gh-canary';

const MARKUP = [
  `"><${CANARY} onload=alert(1)>`,
  `'><${CANARY} src=x onerror=alert(1)>`,
  `</script><${CANARY}>`,
  `</textarea></title><${CANARY}>`,
  `--><${CANARY}>`,
];
const BREAKING = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\r\nX-Canary: 1\r\n\r\n',
  '%0d%0aX-Canary:%201',
  '%',
  '%zz',
  '%E0%A4%A',
  '%c0%af',
  '../../../../etc/passwd',
  '..%2f..%2f',
  '//evil.example',
  '/\\evil.example',
  'https://evil.example/',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'data:text/html,x',
  'http://127.0.0.1:1/',
  'http://[::1]/',
  "' or 1=1 --",
  '{"$ne":null}',
  '[]',
  'null',
  'undefined',
  'NaN',
  '-1',
  '0',
  '9007199254740993',
  '1e309',
  '__proto__',
  'constructor',
  'toString',
  'true',
  '#{7*7}',
  '${7*7}',
  '{{7*7}}',
  'x'.repeat(300),
  'x'.repeat(9000),
  '\u202E\u200Bx',
  '\uD800',
  '한국어 이름',
  '😀'.repeat(40),
  'ａ@ｘ.com',
  'a@b@c.example',
  '"v@x"@evil.example',
  'v@x.example, a@evil.example',
  'v@x.example\nBcc: a@evil.example',
  'İ@example.com',
  'eyJhbGciOiJub25lIn0.e30.',
  'eyJhbGciOiJIUzI1NiIsImp3ayI6e319.e30.x',
  '$argon2id$v=19$m=10485760,t=9,p=9$YQ$YQ',
  'a'.repeat(4096).replaceAll('aa', '%61'),
  Array.from({ length: 300 }, (_, at) => `x${at}-XX`).join(','),
  Array.from({ length: 300 }, (_, at) => `scope${at}`).join(' '),
];

/** Characters that are no text for a header or a URL, beside those that are. */
const noise = anyText({ maxLength: 60 });

/** A value that nobody types: markup, escapes, other encodings, other types, numbers out of range, too much of anything. */
export const hostileValue: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...MARKUP) },
  { weight: 5, arbitrary: fc.constantFrom(...BREAKING) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...BREAKING), fc.constantFrom(...MARKUP)).map((two) => two.join('')),
  },
  { weight: 2, arbitrary: noise },
);

const NAMES = `email password new_password name remember code _csrf decision locale time_zone done token resume end_others
  picture after answer trust saved id uid invitation passkey response label client_id redirect_uri response_type response_mode scope state nonce
  prompt max_age ui_locales id_token_hint login_hint acr_values claims request request_uri resource code_challenge
  code_challenge_method code_verifier grant_type refresh_token client_secret client_assertion client_assertion_type device_code
  user_code token_type_hint access_token post_logout_redirect_uri logout xsrf idp_hint error error_description iss id_token user
  signed_request payload logout_token registration dpop_jkt authorization_details audience a[b] a[] __proto__ constructor x`;
const HEADERS = `Host Origin Referer User-Agent Accept Accept-Language Accept-Encoding Authorization Cookie Content-Type
  Content-Encoding If-None-Match Range DPoP Forwarded X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Real-IP X-Request-Id
  X-Http-Method-Override Sec-Fetch-Site Sec-Fetch-Mode Upgrade Expect Te Access-Control-Request-Method
  Access-Control-Request-Headers`;
const HEADER_VALUES = [
  'null',
  'evil.example',
  'https://evil.example',
  'cross-site',
  'same-origin',
  'application/json',
  '*/*',
  'Bearer x',
  `Bearer ${'x'.repeat(8000)}`,
  'Basic eDp5',
  'Basic %%%',
  'DPoP x',
  'websocket',
  'h2c',
  'multipart/form-data; boundary=x',
  'text/plain',
  'gzip',
  'application/x-www-form-urlencoded; charset=x',
];
const words = (text: string) => text.split(/\s+/);

/** Names of fields and parameters, ours, the protocol's, and some that name nothing. */
export const fieldName: fc.Arbitrary<string> = fc.constantFrom(...words(NAMES), '');

/** A header that a stranger may set, with what it often means to somebody. */
export const header: fc.Arbitrary<[string, string]> = fc.tuple(
  fc.constantFrom(...words(HEADERS)),
  fc.oneof(hostileValue, fc.constantFrom(...HEADER_VALUES)),
);

/** A body that is no form of ours. */
export const strangeBody: fc.Arbitrary<{ type: string; body: string }> = fc.oneof(
  fc.json().map((body) => ({ type: 'application/json', body })),
  fc.constant({ type: 'application/json', body: '['.repeat(20_000) }),
  fc.constant({
    type: 'multipart/form-data; boundary=x',
    body: '--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na\r\n--x--',
  }),
  fc.constant({
    type: 'application/x-www-form-urlencoded',
    body: Array.from({ length: 10_000 }, (_, at) => `f${at}=1`).join('&'),
  }),
  fc.constant({ type: 'application/x-www-form-urlencoded', body: `email=${'x'.repeat(300_000)}` }),
  fc.constant({ type: 'application/secevent+jwt', body: 'a.b.c' }),
  noise.map((body) => ({ type: 'text/plain', body })),
);
