import { connect } from 'node:net';

/** A request as it goes over the wire: nothing in it was made valid by a client library. */
export interface WireRequest {
  method: string;
  /** As it stands in the first line. */
  target: string;
  headers: [string, string][];
  body?: string;
}

/** What came back; `status` 0 when the connection was closed without an answer. */
export interface WireAnswer {
  status: number;
  headers: Map<string, string>;
  body: string;
}

const PATIENCE = 15_000;

/** Sends a request over a connection of its own and reads to the end. Rejects when nothing ends it within 15 s. */
export function sendRaw(port: number, request: WireRequest): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1' });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error('no end of the answer within 15 s'));
    }, PATIENCE);
    const done = () => {
      clearTimeout(timer);
      resolve(parse(Buffer.concat(chunks).toString('utf8')));
    };
    socket.on('data', (chunk) => chunks.push(chunk));
    // Whoever sends too much is cut off; what was answered before counts.
    socket.on('error', () => {});
    socket.on('close', done);
    socket.write(toText(request));
  });
}

/** The request as text: how a finding is shown, and sent again. */
export function toText({ method, target, headers, body }: WireRequest): string {
  const lines = headers.map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n\0]/g, ' ')}`);
  const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return [`${method} ${target} HTTP/1.1`, ...lines, ...length, 'Connection: close', '', body ?? ''].join('\r\n');
}

function parse(text: string): WireAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n');
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { status: Number(first.split(' ')[1] ?? 0), headers, body: end < 0 ? '' : text.slice(end + 4) };
}
