import { OutboundError, type Outbound } from '../../outbound/index.ts';
import { lengthen } from '../chain.ts';
import { missingCredentials } from '../credentials.ts';
import { defineUpstream, type UpstreamDefinition } from '../definition.ts';
import { authorizationUrl } from '../engines/authorization_url.ts';
import { authenticate } from '../engines/client_authentication.ts';
import { fetchKeys } from '../engines/key_set.ts';
import { endpointsOf, fetchDocument } from '../metadata/discovery_document.ts';
import type { Endpoints } from '../preset.ts';
import type { UpstreamSettings } from '../settings.ts';
import { mendOf, WAIT } from './mends.ts';
import { secretExpiry } from './secret_expiry.ts';
import { timedFetch, type TimedFetch } from './timed_fetch.ts';

/** One thing that was looked at; `mend` says what to do where it is not right. */
export interface UpstreamFinding {
  check: 'credentials' | 'secret' | 'metadata' | 'keys' | 'token endpoint' | 'clock';
  ok: boolean;
  says: string;
  mend?: string;
}

/** What came of asking one upstream. */
export interface Examination {
  findings: UpstreamFinding[];
  /** Where people would be sent, with words in place of what is made anew for each trip. */
  authorization_url?: string;
}

/** Who asks, and through which client. */
interface Place {
  issuer: string;
  mode: 'development' | 'production';
  fetch: Outbound['fetch'];
}

const SKEW_SECONDS = 30;

/** Looks at an upstream as a trip would, as far as that is possible without a person: nobody signs in, no code is redeemed. */
export async function examineUpstream(settings: UpstreamSettings, place: Place): Promise<Examination> {
  const timed = timedFetch(place.fetch);
  const definition = definitionOf(settings, place.issuer);
  const { endpoints, metadata } = await findEndpoints(definition, place, timed);
  const findings = [
    await credentials(settings, definition, endpoints),
    ...secret(settings),
    ...metadata,
    ...(endpoints?.jwks ? [await keys(endpoints.jwks, timed)] : []),
    ...(endpoints ? [await reach(endpoints.token, timed)] : []),
    ...clock(timed),
  ];
  return { findings, ...(endpoints && { authorization_url: exampleUrl(definition, endpoints, place.issuer) }) };
}

/** As it would run; words stand in place of credentials that it does not have. */
function definitionOf(settings: UpstreamSettings, issuer: string): UpstreamDefinition {
  const words = missingCredentials(settings).map((key) => [key, `YOUR_${key.toUpperCase()}`]);
  const definition = defineUpstream({ ...settings, ...Object.fromEntries(words) }, { issuer });
  if (!definition) throw new TypeError('an upstream with all credentials is defined');
  return definition;
}

async function credentials(
  settings: UpstreamSettings,
  definition: UpstreamDefinition,
  endpoints: Endpoints | undefined,
): Promise<UpstreamFinding> {
  const check = 'credentials';
  const missing = missingCredentials(settings);
  if (missing.length > 0) {
    const mend = `register ${definition.redirect_uri} there, and write what you get into the config file`;
    return { check, ok: false, says: `${missing.join(', ')} missing`, mend };
  }
  try {
    await authenticate(definition, endpoints?.token ?? definition.issuer, new URLSearchParams(), new Headers());
    return { check, ok: true, says: `there, sent as ${definition.token_auth}` };
  } catch {
    return {
      check,
      ok: false,
      says: 'private_key cannot sign',
      mend: 'it must be PKCS #8 in PEM: the .p8 file as it is',
    };
  }
}

function secret({ secret_expires_at: lastDay }: UpstreamSettings): UpstreamFinding[] {
  if (lastDay === undefined) return [];
  const warning = secretExpiry(lastDay);
  if (warning === undefined) return [{ check: 'secret', ok: true, says: `works until ${lastDay}` }];
  const mend = 'then put it and its `secret_expires_at` into the config file';
  return [{ check: 'secret', ok: false, says: warning, mend }];
}

async function findEndpoints(
  { endpoints, issuer }: UpstreamDefinition,
  { issuer: ownIssuer, mode }: Place,
  timed: TimedFetch,
): Promise<{ endpoints?: Endpoints; metadata: UpstreamFinding[] }> {
  const check = 'metadata';
  if (endpoints) return { endpoints, metadata: [{ check, ok: true, says: 'stands in the preset or the config file' }] };
  try {
    const document = await fetchDocument(issuer, { ownIssuer, development: mode === 'development' }, timed.fetch);
    return { endpoints: endpointsOf(document), metadata: [{ check, ok: true, says: `found, ${timed.took()} ms` }] };
  } catch (error) {
    return { metadata: [{ check, ok: false, ...mendOf(error) }] };
  }
}

async function keys(url: string, timed: TimedFetch): Promise<UpstreamFinding> {
  try {
    const { keys: found } = await fetchKeys(url, timed.fetch);
    const kinds = [...new Set(found.map(({ alg, kty }) => (typeof alg === 'string' ? alg : kty)))].join(', ');
    return { check: 'keys', ok: true, says: `${found.length} (${kinds}), ${timed.took()} ms` };
  } catch (error) {
    return { check: 'keys', ok: false, ...mendOf(error) };
  }
}

/** Any answer will do: what it says to a GET is its own business, be that a redirect. */
async function reach(url: string, timed: TimedFetch): Promise<UpstreamFinding> {
  const check = 'token endpoint';
  try {
    const { status } = await timed.fetch(url);
    const says = `answers ${status}, ${timed.took()} ms`;
    return status < 500 ? { check, ok: true, says } : { check, ok: false, says, mend: WAIT };
  } catch (error) {
    if (error instanceof OutboundError && error.reason === 'redirect') return { check, ok: true, says: 'answers' };
    return { check, ok: false, ...mendOf(error) };
  }
}

function clock(timed: TimedFetch): UpstreamFinding[] {
  const skew = timed.skew();
  if (skew === undefined) return [];
  const says =
    skew === 0 ? 'the same here and there' : `theirs is ${Math.abs(skew)} s ${skew > 0 ? 'ahead' : 'behind'}`;
  if (Math.abs(skew) <= SKEW_SECONDS) return [{ check: 'clock', ok: true, says }];
  return [{ check: 'clock', ok: false, says, mend: 'set the clock of this machine (NTP): tokens would be refused' }];
}

function exampleUrl(definition: UpstreamDefinition, endpoints: Endpoints, issuer: string): string {
  const secrets = { state: 'STATE', nonce: 'NONCE', verifier: 'VERIFIER' };
  return authorizationUrl(definition, endpoints.authorization, secrets, { chain: lengthen(undefined, issuer) });
}
