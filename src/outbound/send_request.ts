import { pipeline, type Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { request, type Dispatcher } from 'undici';

/** An answer as it begins: its body is still on its way, decoded. */
interface Answer {
  status: number;
  headers: Headers;
  body: Readable;
}

// As the global fetch does: no body at all (an answer to HEAD, 204) is none, whatever it says of its encoding.
const lenient = { finishFlush: constants.Z_SYNC_FLUSH };
const DECODERS: Record<string, () => Transform> = {
  gzip: () => createGunzip(lenient),
  'x-gzip': () => createGunzip(lenient),
  deflate: () => createInflate(lenient),
  br: () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
};

/**
 * Sends what the global fetch would send, and follows no redirect. Not undici's own fetch: its streams and wrappers cost the
 * CPU of four calls. Nothing compressed is asked for; what comes compressed all the same is decoded.
 */
export async function sendRequest(
  url: URL,
  { method = 'GET', headers, body }: RequestInit,
  { dispatcher, signal }: { dispatcher: Dispatcher; signal: AbortSignal },
): Promise<Answer> {
  const sent = await bodyOf(body);
  const named = new Headers(headers);
  if (sent.type !== null && !named.has('content-type')) named.set('content-type', sent.type);
  const options = { method, headers: Object.fromEntries(named), body: sent.bytes, dispatcher, signal };
  const answer = await request(url, options);
  const received = Object.entries(answer.headers).flatMap(([name, value = []]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
  // Whoever reads the body hears of a broken line; whoever does not need not.
  const incoming = decoded(answer).on('error', () => {});
  return { status: answer.statusCode, headers: new Headers(received), body: incoming };
}

/** A body in one piece goes out in one write, with its length. */
async function bodyOf(body: RequestInit['body']): Promise<{ bytes?: string | Uint8Array; type: string | null }> {
  if (body === undefined || body === null) return { type: null };
  const given = new Response(body);
  const type = given.headers.get('content-type');
  const bytes = typeof body === 'string' ? body : new Uint8Array(await given.arrayBuffer());
  return { bytes, type };
}

function decoded({ headers, body }: Dispatcher.ResponseData): Readable {
  const encoding = String(headers['content-encoding'] ?? '').toLowerCase();
  const decoder = DECODERS[encoding]?.();
  // A line that breaks ends the decoder too, and whoever stops reading ends both.
  return decoder ? pipeline(body, decoder, () => {}) : body;
}
