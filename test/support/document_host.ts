import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { certifyHosts, trustAuthority } from './certificates.ts';

/** Somebody else's web server, with a certificate that this process trusts. */
export interface DocumentHost {
  /** `127.0.0.1:<port>` */
  host: string;
  /** `https://127.0.0.1:<port>` */
  base: string;
  /** What it serves, by path: a text, or an object as JSON. */
  files: Map<string, unknown>;
  /** The paths that were asked for. */
  asked: string[];
  close(): Promise<void>;
}

/** Starts one on a free port. */
export async function startDocumentHost(): Promise<DocumentHost> {
  const { cert, key } = certifyHosts(['127.0.0.1']);
  const distrust = trustAuthority(cert);
  const files: DocumentHost['files'] = new Map();
  const asked: string[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    const path = request.url ?? '/';
    asked.push(path);
    const file = files.get(path);
    if (file === undefined) return response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end(typeof file === 'string' ? file : JSON.stringify(file));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  return {
    host: `127.0.0.1:${port}`,
    base: `https://127.0.0.1:${port}`,
    files,
    asked,
    async close() {
      distrust();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
