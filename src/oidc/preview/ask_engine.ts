import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type Provider from 'oidc-provider';

/** What is asked of an endpoint. */
interface Question {
  path: string;
  /** A form to post; a GET without one. */
  form?: Record<string, string>;
  token?: string;
}

/** What the library's own endpoint answers, without a line in between. */
export async function askEngine(
  provider: Provider,
  { path, form, token }: Question,
): Promise<{ status: number; body: unknown }> {
  const request = new IncomingMessage(new Socket());
  const body = form && new URLSearchParams(form).toString();
  Object.assign(request, { method: form ? 'POST' : 'GET', url: path });
  request.headers = {
    host: new URL(provider.issuer).host,
    accept: 'application/json',
    ...(body !== undefined && {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
    }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  if (body !== undefined) request.push(body);
  request.push(null);
  const ctx = provider.createContext(request, new ServerResponse(request));
  const [routes] = provider.middleware;
  if (!routes) throw new TypeError('the library has changed how it serves its routes');
  await routes(ctx, async () => {});
  return { status: ctx.status, body: ctx.body };
}
