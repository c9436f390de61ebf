import { connect } from 'node:net';

/** What came back of one request: as much as a visitor reads. */
interface PlainAnswer {
  status: number;
  location: string;
  refresh: string;
  cookies: string[];
  text: string;
}

/** Sends one request over a connection that is kept, and resolves with the whole answer. Rejects when it breaks off. */
type PlainHttp = (method: 'GET' | 'POST', path: string, headers: string[], body?: string) => Promise<PlainAnswer>;

/**
 * HTTP/1.1 with little more than a socket: a client that is made for everything costs a quarter of what the server it is to
 * measure does, on the cores of that server. Knows answers with a Content-Length only, which all of ours have.
 */
export function plainHttp(origin: string): PlainHttp {
  const { hostname, port, host } = new URL(origin);
  const idle: Line[] = [];
  return async (method, path, headers, body = '') => {
    const length = method === 'POST' ? [`Content-Length: ${Buffer.byteLength(body)}`] : [];
    const line = idle.pop() ?? openLine(Number(port), hostname);
    const answer = await line.ask([`${method} ${path} HTTP/1.1`, `Host: ${host}`, ...headers, ...length, '', body]);
    if (line.usable()) idle.push(line);
    return answer;
  };
}

interface Line {
  ask(lines: string[]): Promise<PlainAnswer>;
  usable(): boolean;
}

function openLine(port: number, host: string): Line {
  const socket = connect(port, host).setNoDelay(true).unref();
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
  const [length] = valuesOf('content-length');
  if (length === undefined) throw new Error('an answer without its length');
  if (bytes.length < end + 4 + Number(length)) return undefined;
  const text = bytes.toString('utf8', end + 4);
  const [location = ''] = valuesOf('location');
  const [refresh = ''] = valuesOf('refresh');
  return { status: Number(start.split(' ')[1]), location, refresh, cookies: valuesOf('set-cookie'), text };
}
