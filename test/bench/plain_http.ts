import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** What came back of one request: as much as a visitor reads. */
export interface PlainAnswer {
  status: number;
  location: string;
  refresh: string;
  cookies: string[];
  text: string;
}

/** Sends one request over a connection that is kept, and resolves with the whole answer. Rejects when it breaks off. */
export type PlainHttp = (
  method: 'GET' | 'POST',
  path: string,
  headers: readonly string[],
  body?: string,
) => Promise<PlainAnswer>;

/** The same for whole URLs of any origin. */
export function plainHttpAnywhere(): PlainHttp {
  const origins = new Map<string, PlainHttp>();
  return (method, url, headers, body) => {
    const slash = url.indexOf('/', url.indexOf('://') + 3);
    const origin = slash < 0 ? url : url.slice(0, slash);
    const http = origins.get(origin) ?? plainHttp(origin);
    origins.set(origin, http);
    return http(method, slash < 0 ? '/' : url.slice(slash), headers, body);
  };
}

/**
 * HTTP/1.1 with little more than a socket: a client that is made for everything costs a quarter of what the server it is to
 * measure does, on the cores of that server. Knows answers with a Content-Length, which all of ours have, and chunked ones.
 */
export function plainHttp(origin: string): PlainHttp {
  const { hostname, port, host, protocol } = new URL(origin);
  const place = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (protocol === 'https:' ? 443 : 80)) };
  const open = () =>
    openLine(protocol === 'https:' ? connectTls({ ...place, servername: place.host }) : connect(place));
  const idle: Line[] = [];
  return async (method, path, headers, body = '') => {
    const length = method === 'POST' ? [`Content-Length: ${Buffer.byteLength(body)}`] : [];
    let line = idle.pop();
    // One that its server has closed meanwhile would never answer.
    while (line && !line.usable()) line = idle.pop();
    line ??= open();
    const answer = await line.ask([`${method} ${path} HTTP/1.1`, `Host: ${host}`, ...headers, ...length, '', body]);
    if (line.usable()) idle.push(line);
    return answer;
  };
}

interface Line {
  ask(lines: string[]): Promise<PlainAnswer>;
  usable(): boolean;
}

function openLine(socket: ReturnType<typeof connect>): Line {
  socket.setNoDelay(true).unref();
  let bytes: Buffer = Buffer.alloc(0);
  let asked: PromiseWithResolvers<PlainAnswer> | undefined;
  socket.on('data', (chunk: Buffer) => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    const answer = parseAnswer(bytes);
    if (!answer) return;
    bytes = Buffer.alloc(0);
    asked?.resolve(answer);
  });
  // Its reason comes with `close`, too.
  socket.on('error', () => {});
  socket.on('close', () => asked?.reject(new Error('the connection broke off')));
  return {
    async ask(lines) {
      asked = Promise.withResolvers();
      socket.ref().write(lines.join('\r\n'));
      try {
        return await asked.promise;
      } finally {
        socket.unref();
      }
    },
    usable: () => socket.writable,
  };
}

/** Undefined as long as a part is missing. */
function parseAnswer(bytes: Buffer): PlainAnswer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [start = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const valuesOf = (name: string) =>
    lines.filter((line) => line.toLowerCase().startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim());
  const status = Number(start.split(' ')[1]);
  const [length = status === 204 || status === 304 ? '0' : undefined] = valuesOf('content-length');
  const body = length === undefined ? chunksOf(bytes, end + 4) : wholeOf(bytes.subarray(end + 4), Number(length));
  if (body === undefined) return undefined;
  const [location = ''] = valuesOf('location');
  const [refresh = ''] = valuesOf('refresh');
  return { status, location, refresh, cookies: valuesOf('set-cookie'), text: body.toString('utf8') };
}

function wholeOf(bytes: Buffer, length: number): Buffer | undefined {
  return bytes.length < length ? undefined : bytes;
}

/** RFC 9112 7.1, without trailers. */
function chunksOf(bytes: Buffer, start: number): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let at = start; ;) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (Number.isNaN(size)) throw new Error('an answer without its length');
    if (bytes.length < end + 4 + size) return undefined;
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 4 + size;
  }
}
