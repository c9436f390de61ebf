import { request, type IncomingMessage } from 'node:http';
import { createCookieJar, type CookieJar } from '../support/http_browser/cookie_jar.ts';

export interface Answer {
  status: number;
  headers: Headers;
  location?: string;
  text: string;
  json: Record<string, unknown>;
}

/** A browser that follows nothing by itself. */
export interface Agent {
  jar: CookieJar;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, fields: Record<string, string> | string, headers?: Record<string, string>): Promise<Answer>;
}

/** A new browser for an issuer; `port` when the issuer's own name is not where the process listens. */
export function agent(issuer: string, port = Number(new URL(issuer).port)): Agent {
  const jar = createCookieJar();
  const send = async (method: string, path: string, headers: Record<string, string>, body = ''): Promise<Answer> => {
    const url = new URL(path, issuer);
    if (url.origin !== issuer) throw new Error(`${url.origin} is not the issuer`);
    const cookie = jar.headerFor({ url, method, sameSite: true });
    const all = { accept: 'application/json', ...(cookie === undefined ? {} : { cookie }), ...headers, host: url.host };
    const answer = await exchange({ port, method, path: url.pathname + url.search, headers: all }, body);
    jar.take(url, answer.headers.getSetCookie());
    return answer;
  };
  return {
    jar,
    get: (path, headers = {}) => send('GET', path, headers),
    post: (path, fields, headers = {}) =>
      send(
        'POST',
        path,
        { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
      ),
  };
}

/** One request on a connection of its own. */
export function exchange(
  options: { port: number; method: string; path: string; headers: Record<string, string> },
  body: string,
): Promise<Answer> {
  const headers = {
    ...options.headers,
    ...(options.method === 'POST' ? { 'content-length': Buffer.byteLength(body) } : {}),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, headers, host: 'localhost', agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(toAnswer(response, text)));
    });
    sent.on('error', reject).end(body);
  });
}

function toAnswer(response: IncomingMessage, text: string): Answer {
  const headers = new Headers();
  for (const [name, values] of Object.entries(response.headersDistinct))
    values?.forEach((value) => headers.append(name, value));
  let json: Record<string, unknown> = {};
  try {
    json = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Not every answer is JSON.
  }
  return { status: response.statusCode ?? 0, headers, location: headers.get('location') ?? undefined, text, json };
}
