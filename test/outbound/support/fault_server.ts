import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGzip } from 'node:zlib';

const MEGABYTE = Buffer.alloc(1024 * 1024, 'a');

/** What the server does with a request, by path. */
const faults: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/ok': (request, response) => response.setHeader('x-seen-agent', request.headers['user-agent'] ?? '').end('fine'),
  '/gzip': (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' });
    const gzip = createGzip();
    gzip.pipe(response);
    gzip.end('unpacked');
  },
  '/packed-nothing': (request, response) =>
    response.writeHead(200, { 'content-encoding': String(request.headers['x-packed']) }).end(),
  '/empty': (_request, response) => response.writeHead(204).end(),
  '/echo': (request, response) => {
    request.pipe(response);
  },
  '/hang': () => {},
  '/drip': (_request, response) => {
    const drip = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(drip));
  },
  '/huge': (_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(MEGABYTE));
    };
    response.on('drain', more);
    more();
  },
  '/bomb': (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    const gzip = createGzip();
    gzip.pipe(response);
    for (let index = 0; index < 50; index += 1) gzip.write(MEGABYTE);
    gzip.end();
  },
  '/redirect': (_request, response) => response.writeHead(302, { location: '/ok' }).end(),
  '/redirect-inside': (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
  '/reset': (request) => request.socket.resetAndDestroy(),
  '/truncated': (request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('only this');
    setImmediate(() => request.socket.destroy());
  },
};

export interface FaultServer {
  port: number;
  /** Paths that were asked for, in order. */
  seen: string[];
  close(): Promise<void>;
}

/** A server on 127.0.0.1 with one misbehaviour per path. */
export async function startFaultServer(): Promise<FaultServer> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url ?? '');
    const fault = faults[request.url ?? ''];
    if (fault) fault(request, response);
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    // A TCP server that listens has an AddressInfo.
    port: (server.address() as AddressInfo).port,
    seen,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
