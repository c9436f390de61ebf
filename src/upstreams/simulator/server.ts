import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { POLICY, type SimulatedProvider, type SimulatedRequest } from './provider.ts';

interface SimulatorServerSettings {
  host: string;
  port: number;
  /** The base under which browsers reach it; another Host is refused. `http://127.0.0.1:<port>` unless given. */
  publicBase?: string;
  /** Made once the base is known. */
  providers: (base: string) => SimulatedProvider[];
  /** Sees every request before its provider and may answer it itself: true then. The product passes none. */
  intercept?: (prefix: string, request: SimulatedRequest, response: ServerResponse) => boolean | Promise<boolean>;
}

const MOST_BYTES = 64 * 1024;

/** Serves simulated providers, each below its prefix. Rejects when the port is taken. */
export async function startServer(
  settings: SimulatorServerSettings,
): Promise<{ base: string; close: () => Promise<void> }> {
  const server = createServer();
  server.listen(settings.port, settings.host);
  await once(server, 'listening');
  // A TCP server that listens has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  const base = settings.publicBase ?? `http://127.0.0.1:${port}`;
  const providers = settings.providers(base);
  server.on('request', (request, response) => {
    respond(settings, { base, providers }, request, response).catch((error: unknown) => {
      const status = error instanceof RangeError ? 413 : 500;
      if (!response.headersSent) response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain' });
      response.end();
    });
  });
  return {
    base,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function respond(
  { intercept }: SimulatorServerSettings,
  { base, providers }: { base: string; providers: SimulatedProvider[] },
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (incoming.headers.host !== new URL(base).host) return void response.writeHead(421).end();
  const url = new URL(incoming.url ?? '/', base);
  const [, prefix = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(url.pathname) ?? [];
  const { method = 'GET', headers } = incoming;
  const form = new URLSearchParams(await readBody(incoming));
  const request: SimulatedRequest = { method, path, query: url.searchParams, form, headers };
  if (await intercept?.(prefix, request, response)) return;
  const answer = await providers.find((candidate) => candidate.prefix === prefix)?.answer(request);
  if (!answer) return void response.writeHead(404, { ...HEADERS, 'content-type': 'text/plain' }).end('Not found');
  response.writeHead(answer.status, { ...HEADERS, ...answer.headers }).end(answer.body);
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  let body = '';
  incoming.setEncoding('utf8');
  for await (const part of incoming) {
    // The encoding set above makes every part a text.
    body += part as string;
    if (body.length > MOST_BYTES) throw new RangeError('body too large');
  }
  return body;
}

const HEADERS = {
  'content-security-policy': POLICY,
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};
