import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** A reverse proxy in front of several servers on this machine, as they are run before a rolling restart. */
export interface Balancer {
  url: string;
  /** The ports of the servers. */
  servers: number[];
  close(): void;
}

/** How often it asks each server whether it is ready. */
const LOOK_MILLISECONDS = 50;

/**
 * Starts it on a free port of localhost. It keeps connections to servers, sends a request to the next one that said it is
 * ready, and to another one only when nobody listened: a request that was sent is never sent again, as with nginx and HAProxy.
 */
export async function startBalancer(): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true });
  const ready = new Set<number>();
  let turn = 0;
  const next = () => [...ready][(turn += 1) % Math.max(1, ready.size)];
  const server = createServer((incoming, response) => void pass(incoming, response)).listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as { port: number }; // it listens on TCP

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const tried = new Set<number>();
    const send = (): void => {
      const target = next();
      if (target === undefined || tried.has(target)) return void response.writeHead(502).end('nobody is ready');
      tried.add(target);
      const { url: path = '/', method, headers } = incoming;
      const { connection: _ours, ...passed } = headers;
      const outgoing = request({ host: '127.0.0.1', port: target, path, method, headers: passed, agent }, (answer) => {
        const { connection: _theirs, ...received } = answer.headers;
        response.writeHead(answer.statusCode ?? 502, received);
        answer.pipe(response);
        answer.on('error', () => response.destroy());
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ECONNREFUSED') return void response.writeHead(502).end(error.code);
        ready.delete(target);
        send();
      });
      outgoing.end(body);
    };
    send();
  }
  const look = () => {
    for (const each of ready) if (!balancer.servers.includes(each)) ready.delete(each);
    for (const each of balancer.servers) {
      isReady(each).then(
        (is) => (is ? ready.add(each) : ready.delete(each)),
        () => ready.delete(each),
      );
    }
  };
  const watch = setInterval(look, LOOK_MILLISECONDS);
  const balancer: Balancer = {
    url: `http://localhost:${port}`,
    servers: [],
    close() {
      clearInterval(watch);
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
  return balancer;
}

async function isReady(port: number): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const asked = request({ host: '127.0.0.1', port, path: '/health/ready', agent: false }, (answer) => {
    answer.resume();
    resolve(answer.statusCode === 200);
  });
  asked.on('error', reject).end();
  return promise;
}
