import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';

/** Anything that answers requests: a Koa application or a plain handler. */
type Answering = RequestListener | { callback(): RequestListener };

/** A listener that is open. */
export interface Listening {
  url: string;
  /** From now on every answer says that its connection ends with it: whoever asks again comes over another one, or elsewhere. */
  leave(): void;
  /** Takes no more requests, lets those under way finish in their time, then ends the rest. */
  close(): Promise<void>;
}

/** How patient the server is, in milliseconds. */
interface Patience {
  headers: number;
  request: number;
  /** Longer than the idle time of the proxies in front (60 s is usual), so that we are not the ones who hang up. */
  keepAlive: number;
  /** How long what is under way may take to finish: half of what `docker stop` waits. */
  close: number;
}

const PATIENCE: Patience = { headers: 10_000, request: 30_000, keepAlive: 65_000, close: 5000 };

/** Listens, with time-outs against slow senders. Rejects when the port is taken. Port 0 takes any free one. */
export async function listen(deps: {
  app: Answering;
  port: number;
  host: string;
  patience?: Partial<Patience>;
}): Promise<Listening> {
  const patience = { ...PATIENCE, ...deps.patience };
  const answer = typeof deps.app === 'function' ? deps.app : deps.app.callback();
  const server = createServer(
    {
      headersTimeout: patience.headers,
      requestTimeout: patience.request,
      keepAliveTimeout: patience.keepAlive,
      // Node looks for late ones at this interval; its own default of 30 s would stretch every time-out.
      connectionsCheckingInterval: Math.min(2000, patience.headers),
    },
    answer,
  );
  let leaving = false;
  let closing: Promise<void> | undefined;
  server.prependListener('request', (_, response) => {
    if (leaving) response.setHeader('Connection', 'close');
    response.once('close', () => {
      if (closing) setImmediate(() => server.closeIdleConnections());
    });
  });
  server.listen({ port: deps.port, host: deps.host });
  await once(server, 'listening');
  return {
    url: urlOf(server),
    leave: () => void (leaving = true),
    close() {
      leaving = true;
      closing ??= closeWithin(server, patience.close);
      return closing;
    },
  };
}

async function closeWithin(server: Server, milliseconds: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const timer = setTimeout(() => server.closeAllConnections(), milliseconds);
  await closed;
  clearTimeout(timer);
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
