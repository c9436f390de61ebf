import { once } from 'node:events';
import { request as httpRequest, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '../support/certificates.ts';

/** A server of https on this machine. */
interface TlsServer {
  port: number;
  stop(): Promise<void>;
}

/** Listens on loopback with the certificate. Rejects when the port is taken; port 0 takes any free one. */
export async function listenTls(certificate: Certificate, listener: RequestListener, port = 0): Promise<TlsServer> {
  const server = createServer(certificate, listener);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port, // of a server of TCP
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => {});
    },
  };
}

/** What stands in front of Gatehouse everywhere: ends TLS and hands the request on in plain http. */
export function proxyTo(port: number): RequestListener {
  return (incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const onward = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  };
}
