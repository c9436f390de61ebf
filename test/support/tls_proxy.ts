import { X509Certificate } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { certify, type Certified } from './certificates.ts';

/** A proxy that ends TLS in front of us. */
export interface TlsProxy {
  /** Asks through it, with a certificate or without; `fetch` as openid-client wants it. */
  fetchAs(client?: Certified): typeof fetch;
  close(): Promise<void>;
}

/**
 * Opens a real TLS listener on loopback that asks for certificates and tells ours as nginx does. `authority` vouches for those
 * of its own. Whatever a client itself says in the two headers is replaced.
 */
export async function openTlsProxy(port: number, authority: Certified): Promise<TlsProxy> {
  const own = certify({ subject: [['CN', 'localhost']], names: ['DNS:localhost'] });
  const options = { key: own.key, cert: own.cert, ca: [authority.cert] };
  const server = createServer({ ...options, requestCert: true, rejectUnauthorized: false }, (incoming, answer) => {
    const socket = incoming.socket instanceof TLSSocket ? incoming.socket : undefined;
    const { raw } = socket?.getPeerCertificate() ?? {};
    const headers = {
      ...incoming.headers,
      'x-forwarded-for': '192.0.2.1',
      'x-client-certificate': raw ? encodeURIComponent(new X509Certificate(raw).toString()) : undefined,
      'x-client-verified': socket?.authorized ? 'SUCCESS' : 'NONE',
    };
    const { method, url: path } = incoming;
    const present = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    const onward = httpRequest({ host: 'localhost', port, method, path, headers: present, agent: false }, (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      from.pipe(answer);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port: listening } = server.address() as AddressInfo; // a TCP port has one
  return {
    fetchAs: (client) => async (input, init) => {
      const asked = new Request(input, init);
      const body = Buffer.from(await asked.arrayBuffer());
      const url = new URL(asked.url);
      const headers = { ...Object.fromEntries(asked.headers), host: url.host, 'content-length': String(body.length) };
      return new Promise((resolve, reject) => {
        const sent = request(
          {
            host: 'localhost',
            port: listening,
            path: url.pathname + url.search,
            method: asked.method,
            headers,
            ca: own.cert,
            ...(client && { key: client.key, cert: client.cert }),
            agent: false,
          },
          (from) => {
            const chunks: Buffer[] = [];
            from.on('data', (chunk: Buffer) => chunks.push(chunk));
            from.on('end', () => {
              const text = Buffer.concat(chunks);
              const said = Object.entries(from.headers).map(([name, value]): [string, string] => [name, String(value)]);
              resolve(new Response(text.length > 0 ? text : null, { status: from.statusCode ?? 502, headers: said }));
            });
          },
        );
        sent.on('error', reject).end(body);
      });
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
