import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Metrics } from './metrics.ts';

/** A document that is the same for everybody until it is replaced, with the headers of its own. */
export interface PublicDocument {
  type: string;
  body: Buffer;
  headers: { ETag: string } & Record<string, string>;
}

/** Makes one that pages of any origin may read, and that anybody may keep for so many seconds. */
export function publicDocument(content: object, { type, seconds }: { type: string; seconds: number }): PublicDocument {
  const body = Buffer.from(JSON.stringify(content));
  const headers = {
    'Cache-Control': `public, max-age=${seconds}`,
    ETag: `"${createHash('sha256').update(body).digest('base64url')}"`,
    'Access-Control-Allow-Origin': '*',
  };
  return { type, body, headers };
}

/**
 * Answers a plain GET for such a document before anything else looks at it; whatever is not exactly that goes on to `next`.
 * Apps ask for them all the time, and no line of the log tells of it.
 */
export function documentsFirst(
  deps: { issuer: string; headers: Record<string, string>; metrics: Pick<Metrics, 'observe'> },
  find: (path: string) => PublicDocument | undefined,
  next: RequestListener,
): RequestListener {
  const { host } = new URL(deps.issuer);
  return (request, response) => {
    const { method, url = '', headers } = request;
    const document = method === 'GET' && headers.host === host ? find(url) : undefined;
    if (!document) return next(request, response);
    const started = performance.now();
    const known = headers['if-none-match'] === document.headers.ETag;
    const content = { 'Content-Type': document.type, 'Content-Length': String(document.body.length) };
    response.writeHead(known ? 304 : 200, { ...deps.headers, ...document.headers, ...(known ? {} : content) });
    response.end(known ? undefined : document.body);
    deps.metrics.observe({
      route: url,
      method: 'GET',
      status: response.statusCode,
      seconds: (performance.now() - started) / 1000,
    });
  };
}
