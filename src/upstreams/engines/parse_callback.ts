import { UpstreamFailure, plainCode, type Reason } from '../failure.ts';
import type { CallbackOutcome } from '../upstream.ts';

/** Parameters that decide something; each may come once only (RFC 6749 3.1). */
const SINGLE = ['code', 'state', 'iss', 'error'];
const LONGEST_CODE = 4096;

/** How people say no everywhere (RFC 6749 4.1.2.1, OIDC Core 3.1.2.6); an upstream's own words come on top. */
const CANCELLED = ['access_denied', 'consent_required'];
const UNAVAILABLE: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error']);
/** Only the admin can mend these. */
const REFUSED: ReadonlySet<string> = new Set([
  'unauthorized_client',
  'invalid_client',
  'invalid_scope',
  'unsupported_response_type',
  'redirect_uri_mismatch',
  'application_suspended',
]);

/** Which `iss` a callback may carry (RFC 9207). */
export interface ExpectedIssuer {
  accepted: string[];
  /** `always`: a callback without `iss` is refused; `if-present`: a wrong one is; `never`: not looked at. */
  check: 'always' | 'if-present' | 'never';
}

/**
 * Reads what an upstream sent to the callback. Throws UpstreamFailure for errors, duplicates and a wrong `iss` (RFC 9207).
 * Parameters that nobody asked for are ignored: upstreams add new ones. Error wins over code.
 */
export function parseCallback(
  params: URLSearchParams,
  expected: ExpectedIssuer,
  cancel: Readonly<Record<string, string[]>> = {},
): CallbackOutcome {
  if ([...SINGLE, ...Object.keys(cancel)].some((name) => params.getAll(name).length > 1))
    throw new UpstreamFailure('callback_duplicate');
  const iss = params.get('iss');
  const isWrong = iss !== null && expected.check !== 'never' && !expected.accepted.includes(iss);
  if (isWrong) throw new UpstreamFailure('callback_iss_wrong');
  const said = (name: string) => params.get(name)?.toLowerCase() ?? '';
  const error = said('error');
  const isCancelled = Object.entries(cancel).some(([name, words]) => words.includes(said(name)));
  if (isCancelled || CANCELLED.includes(error)) return { outcome: 'cancelled' };
  if (error) throw new UpstreamFailure(reasonOf(error), { upstreamError: plainCode(params.get('error')) });
  if (iss === null && expected.check === 'always') throw new UpstreamFailure('callback_iss_missing');
  const code = params.get('code');
  if (!code || code.length > LONGEST_CODE) throw new UpstreamFailure('callback_malformed');
  return { outcome: 'ok', code };
}

function reasonOf(error: string): Reason {
  if (UNAVAILABLE.has(error)) return 'callback_unavailable';
  return REFUSED.has(error) ? 'callback_refused' : 'callback_error';
}
