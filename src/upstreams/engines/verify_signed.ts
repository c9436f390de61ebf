import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type CryptoKey,
  type JWSHeaderParameters,
  type JWTPayload,
  type JWTVerifyOptions,
} from 'jose';
import { epochSeconds } from '../../kit/clock.ts';
import type { UpstreamDefinition } from '../definition.ts';
import { UpstreamFailure, type Reason } from '../failure.ts';
import { keyBinding } from './issuers.ts';
import type { KeySet } from './key_set.ts';

const SKEW_SECONDS = 60;

/** What differs between the tokens that an upstream signs for us. */
interface ExpectedOfToken {
  isIssuer(claims: JWTPayload): boolean;
  required: string[];
  /** Since it was issued. */
  oldestSeconds: number;
}

/**
 * Verifies what all tokens of an upstream have in common: signature always, issuer, that it is for us, its age, and that the
 * required claims are there. Throws UpstreamFailure.
 */
export async function verifySigned(
  token: string,
  keys: KeySet | undefined,
  definition: UpstreamDefinition,
  { isIssuer, required, oldestSeconds }: ExpectedOfToken,
): Promise<JWTPayload> {
  const header = readHeader(token);
  checkAlgorithm(header.alg, definition);
  // Before a key is chosen, because keys may be bound to an issuer; the signature that is checked next covers the same bytes.
  const said = readClaims(token);
  if (!isIssuer(said)) throw new UpstreamFailure('issuer_wrong');
  const candidates = await keysFor(header, keys, definition, keyBinding(definition, said));
  return verifyWithAny(token, candidates, {
    algorithms: definition.id_token_algs,
    audience: definition.client_id,
    clockTolerance: SKEW_SECONDS,
    maxTokenAge: oldestSeconds,
    requiredClaims: required,
  });
}

/** What a token says of its signature; nothing in it is verified. */
export function readHeader(token: string): JWSHeaderParameters {
  try {
    return decodeProtectedHeader(token);
  } catch (cause) {
    throw new UpstreamFailure('id_token_malformed', { cause });
  }
}

/** An algorithm of keys that is not on the list is a setting to mend; none, or one of secrets, is somebody trying. */
function checkAlgorithm(algorithm: string | undefined, { id_token_algs: listed = [] }: UpstreamDefinition): void {
  if (algorithm !== undefined && listed.includes(algorithm)) return;
  throw new UpstreamFailure(/^(RS|PS|ES|Ed)/.test(algorithm ?? '') ? 'alg_unlisted' : 'alg_refused');
}

type Key = CryptoKey | Uint8Array;

/** The keys that may have signed the token. What it says itself only narrows them down. */
async function keysFor(
  header: JWSHeaderParameters,
  keys: KeySet | undefined,
  { client_secret: secret }: UpstreamDefinition,
  isBound: ReturnType<typeof keyBinding>,
): Promise<Key[]> {
  if (header.alg?.startsWith('HS')) {
    if (!secret) throw new UpstreamFailure('alg_refused');
    return [new TextEncoder().encode(secret)];
  }
  if (!keys) throw new UpstreamFailure('jwks_unavailable');
  return keys.keysFor(header, isBound);
}

function readClaims(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch (cause) {
    throw new UpstreamFailure('id_token_malformed', { cause });
  }
}

async function verifyWithAny(token: string, keys: Key[], checks: JWTVerifyOptions): Promise<JWTPayload> {
  let failure = new UpstreamFailure('key_unknown');
  for (const key of keys) {
    try {
      // In order: the first key that fits ends the search.
      return (await jwtVerify(token, key, checks)).payload;
    } catch (error) {
      failure = explain(error);
      if (failure.reason !== 'signature_wrong') throw failure;
    }
  }
  throw failure;
}

/** Our word for what jose found. */
function explain(error: unknown): UpstreamFailure {
  return new UpstreamFailure(reasonOf(error), { cause: error, skewSeconds: skewOf(error) });
}

/** How far a time in the token lies from ours. */
function skewOf(error: unknown): number | undefined {
  const isTime = error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed;
  const time = isTime && ['exp', 'iat', 'nbf'].includes(error.claim) ? error.payload[error.claim] : undefined;
  return typeof time === 'number' ? Math.round(time - epochSeconds()) : undefined;
}

function reasonOf(error: unknown): Reason {
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature_wrong';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'alg_refused';
  if (error instanceof errors.JWTExpired) return error.claim === 'iat' ? 'id_token_too_old' : 'id_token_expired';
  if (!(error instanceof errors.JWTClaimValidationFailed)) return 'id_token_malformed';
  if (error.claim === 'iss') return 'issuer_wrong';
  if (error.claim === 'aud') return 'audience_wrong';
  if (error.claim === 'sub') return 'subject_invalid';
  const isEarly = (error.claim === 'nbf' || error.claim === 'iat') && error.reason === 'check_failed';
  return isEarly ? 'id_token_in_future' : 'id_token_malformed';
}
