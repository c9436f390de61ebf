import type { IncomingMessage } from 'node:http';
import type Koa from 'koa';

/**
 * Reads a body of one media type as it is, of at most `limit` bytes; once, however often it is asked for. Throws 415 for another
 * type or an encoded body, 413 above the limit (at once where the length is announced), and 400 when it breaks off.
 */
export function createReadText(limit: number, type: string): (ctx: Koa.Context) => Promise<string> {
  const bodies = new WeakMap<IncomingMessage, Promise<Read>>();
  return async (ctx) => {
    const encoding = ctx.get('Content-Encoding');
    if (ctx.request.type.toLowerCase() !== type || (encoding !== '' && encoding !== 'identity')) ctx.throw(415);
    if ((ctx.request.length ?? 0) > limit) ctx.throw(413);
    const reading = bodies.get(ctx.req) ?? textOf(ctx.req, limit);
    bodies.set(ctx.req, reading);
    const read = await reading;
    return read.ok ? read.text : ctx.throw(read.status);
  };
}

type Read = { ok: true; text: string } | { ok: false; status: 400 | 413 };

/**
 * Never holds more than the limit and one chunk. The request is left as it is when it is refused, so that the answer still gets
 * out; node hangs up behind it.
 */
function textOf(request: IncomingMessage, limit: number): Promise<Read> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve) => {
    const finish = (read: Read) => {
      request.off('data', take).off('end', whole).off('error', broken).off('close', broken).pause();
      resolve(read);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) finish({ ok: false, status: 413 });
      else chunks.push(chunk);
    };
    const whole = () => finish({ ok: true, text: Buffer.concat(chunks).toString('utf8') });
    const broken = () => finish({ ok: false, status: 400 });
    request.on('data', take).on('end', whole).on('error', broken).on('close', broken);
    // Whoever left before we began to listen says so no more.
    if (request.destroyed) broken();
  });
}
