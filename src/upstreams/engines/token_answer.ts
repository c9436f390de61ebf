import { UpstreamFailure, plainCode } from '../failure.ts';
import type { Preset } from '../preset.ts';
import { isObject, mediaTypeOf, readJson, typeCodeOf } from './read_json.ts';

/** Codes that say "your client id or secret is wrong": RFC 6749 5.2, GitHub's, and Meta's numbers. */
const CLIENT_REFUSED: ReadonlySet<string> = new Set([
  'invalid_client',
  'unauthorized_client',
  'incorrect_client_credentials',
  'application_suspended',
  'redirect_uri_mismatch',
  '1',
  '101',
]);

/** What a code was redeemed for; nothing in it is verified. */
export interface TokenAnswer {
  accessToken: string;
  idToken: string | undefined;
  refreshToken: string | undefined;
}

/**
 * Reads a token answer (RFC 6749 5.1): finds the error in every dialect (object, number, inside status 200) and forgives what
 * upstreams are known to send. Throws UpstreamFailure; nothing of the answer reaches a message.
 */
export async function readTokenAnswer(answer: Response, format: Preset['token_format']): Promise<TokenAnswer> {
  if (answer.status >= 500 || answer.status === 429) throw new UpstreamFailure('token_unavailable');
  const body = await readBody(answer, format);
  const error = body && errorOf(body);
  if (body && error !== undefined) throw refusal(error, body);
  if (!answer.ok) throw new UpstreamFailure('token_refused', { upstreamError: `http_${answer.status}` });
  if (!body) throw new UpstreamFailure('token_malformed', { upstreamError: typeCodeOf(answer) });
  const accessToken = body['access_token'];
  if (!isToken(accessToken)) throw new UpstreamFailure('token_malformed');
  const type = body['token_type'] ?? 'bearer';
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') throw new UpstreamFailure('token_malformed');
  const idToken = body['id_token'];
  if (idToken !== undefined && !isToken(idToken)) throw new UpstreamFailure('id_token_malformed');
  // Scope and lifetime are not used, so their shape cannot end a login; nor can that of a refresh token.
  const refreshToken = isToken(body['refresh_token']) ? body['refresh_token'] : undefined;
  return { accessToken, idToken, refreshToken };
}

async function readBody(
  answer: Response,
  format: Preset['token_format'],
): Promise<Record<string, unknown> | undefined> {
  if (mediaTypeOf(answer) === 'application/x-www-form-urlencoded') {
    return format === 'json' ? undefined : Object.fromEntries(new URLSearchParams(await answer.text()));
  }
  const body = format === 'form' ? undefined : await readJson(answer);
  return isObject(body) ? body : undefined;
}

/** The error in a body, or undefined when there is none. Meta sends an object; a few send a number or an empty text. */
function errorOf(body: Record<string, unknown>): unknown {
  const { error } = body;
  if (error === undefined || error === null || error === '' || error === 0) return undefined;
  return isObject(error) ? (error['code'] ?? error['type'] ?? 'object') : error;
}

function refusal(error: unknown, { error_code: code, error_codes: codes }: Record<string, unknown>): UpstreamFailure {
  const word = plainCode(error);
  // Kakao's and Microsoft's own numbers say which of many mistakes it was: KOE010, 7000222.
  const number = plainCode(code ?? (Array.isArray(codes) ? codes[0] : undefined));
  const isClient = word !== undefined && CLIENT_REFUSED.has(word);
  const upstreamError = word && number ? `${word}:${number}` : (word ?? number);
  return new UpstreamFailure(isClient ? 'token_client_refused' : 'token_refused', { upstreamError });
}

/** RFC 6749 A.12 and A.17: nothing else can be sent back in a header. */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 64 * 1024 && /^[\x20-\x7e]+$/.test(value);
}
