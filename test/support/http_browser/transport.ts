import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** One HTTP exchange as it went over the wire. */
export interface Exchange {
  method: string;
  url: string;
  requestHeaders: Record<string, string>;
  requestBody?: string;
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Sent {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body?: string;
}

const agent = new Agent({ keepAlive: false });
const TIMEOUT = 20_000;

/** Sends one request over a connection of its own and reads the whole answer. Follows nothing; rejects after 20 s. */
export function exchange({ method, url, headers, body }: Sent): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const options = url.protocol === 'https:' ? { method, headers } : { method, headers, agent };
    const outgoing = send(url, options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          method,
          url: url.href,
          requestHeaders: headers,
          requestBody: body,
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    outgoing.setTimeout(TIMEOUT, () => outgoing.destroy(new Error(`no answer from ${method} ${url.href}`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
