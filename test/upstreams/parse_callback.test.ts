import { describe, expect, it } from '@jest/globals';
import { parseCallback, type ExpectedIssuer } from '../../src/upstreams/engines/parse_callback.ts';

const ISSUER = 'https://issuer.example';
const expected = (check: ExpectedIssuer['check']): ExpectedIssuer => ({ accepted: [ISSUER, 'issuer.example'], check });
const cancel = {
  error: ['user_cancelled_login', 'user_cancelled_authorize'],
  error_reason: ['user_denied'],
  error_subcode: ['cancel'],
};
const parse = (query: string, check: ExpectedIssuer['check'] = 'if-present') =>
  parseCallback(new URLSearchParams(query), expected(check), cancel);

describe('parseCallback', () => {
  it.each([
    ['code=abc'],
    ['code=abc&unknown=1&unknown=2'],
    [`code=abc&iss=${ISSUER}`],
    ['code=abc&iss=issuer.example'],
    ['code=abc&error='],
    [`code=${'x'.repeat(4096)}`],
  ])('takes %.40s as an answer', (query) => {
    expect(parse(query)).toMatchObject({ outcome: 'ok' });
  });

  it.each([
    'error=access_denied',
    'error=ACCESS_DENIED&error_description=x',
    'error=user_cancelled_login',
    'error=user_cancelled_authorize',
    'error=access_denied&error_reason=user_denied&error_code=200',
    'error=server_error&error_reason=user_denied',
    'error=access_denied&error_subcode=cancel',
    'error=access_denied&code=abc',
    'error=consent_required',
    'error=x&error_subcode=CANCEL',
    `error=access_denied&iss=${ISSUER}`,
  ])('takes %s as "no"', (query) => {
    expect(parse(query)).toEqual({ outcome: 'cancelled' });
    expect(parse(query, 'never')).toEqual({ outcome: 'cancelled' });
  });

  it.each([
    ['', 'callback_malformed'],
    ['code=', 'callback_malformed'],
    [`code=${'x'.repeat(4097)}`, 'callback_malformed'],
    ['code=a&code=b', 'callback_duplicate'],
    ['code=a&state=x&state=x', 'callback_duplicate'],
    ['code=a&iss=x&iss=y', 'callback_duplicate'],
    ['error=access_denied&error=server_error', 'callback_duplicate'],
    ['code=a&iss=https://evil.example', 'callback_iss_wrong'],
    ['code=a&iss=', 'callback_iss_wrong'],
    [`code=a&iss=${ISSUER}/`, 'callback_iss_wrong'],
    ['error=access_denied&iss=https://evil.example', 'callback_iss_wrong'],
    ['error=temporarily_unavailable', 'callback_unavailable'],
    ['error=server_error&code=a', 'callback_unavailable'],
    ['error=unauthorized_client', 'callback_refused'],
    ['error=redirect_uri_mismatch', 'callback_refused'],
    ['error=login_required', 'callback_error'],
    ['error=%3Cscript%3E', 'callback_error'],
  ])('refuses %.40s as %s', (query, reason) => {
    expect(() => parse(query)).toThrow(reason);
  });

  it('knows the words of its own upstream only', () => {
    const plain = (query: string) => parseCallback(new URLSearchParams(query), expected('if-present'));
    expect(plain('error=ACCESS_DENIED')).toEqual({ outcome: 'cancelled' });
    expect(() => plain('error=user_cancelled_login')).toThrow('callback_error');
    expect(plain('code=a&error_reason=user_denied&error_reason=x')).toEqual({ outcome: 'ok', code: 'a' });
  });

  it('wants iss when it was promised, and looks at none where none is expected', () => {
    expect(() => parse('code=a', 'always')).toThrow('callback_iss_missing');
    expect(parse(`code=a&iss=${ISSUER}`, 'always')).toEqual({ outcome: 'ok', code: 'a' });
    expect(parse('code=a&iss=https://elsewhere.example', 'never')).toEqual({ outcome: 'ok', code: 'a' });
  });
});
