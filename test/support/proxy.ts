import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';

type Passing = Record<string, string | string[] | undefined>;

/** What a proxy may do to what passes through it. */
export interface ProxyFaults {
  /** Answers by itself: true when it did. */
  answer?(path: string, response: ServerResponse): boolean;
  /** Changes the headers on their way to the server. */
  forward?(headers: Passing): void;
  /** Changes the headers on their way back. */
  back?(headers: Passing): void;
  /** Hears of every path that is asked for. */
  hears?(path: string): void;
}

/** A reverse proxy in front of a server on this machine, honest until it is told otherwise. */
export interface Proxy {
  url: string;
  port: number;
  faults: ProxyFaults;
  /** Where it leads to: known later than its own name. */
  target: number;
  close(): void;
}

/** Starts it on a free port of localhost. */
export async function startProxy(): Promise<Proxy> {
  const server = createServer((incoming, response) => pass(proxy, incoming, response)).listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const { port } = address;
  const proxy: Proxy = {
    url: `http://localhost:${port}`,
    port,
    faults: {},
    target: 0,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return proxy;
}

function pass({ faults, target }: Proxy, incoming: IncomingMessage, response: ServerResponse): void {
  const { url: path = '/', method } = incoming;
  faults.hears?.(path);
  if (faults.answer?.(path, response)) return;
  const headers = { ...incoming.headers };
  faults.forward?.(headers);
  const outgoing = request({ host: 'localhost', port: target, path, method, headers }, (answer) => {
    const received = { ...answer.headers };
    faults.back?.(received);
    response.writeHead(answer.statusCode ?? 502, received);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.writeHead(502).end());
  incoming.pipe(outgoing);
}
