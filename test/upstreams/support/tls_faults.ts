import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { certifyHosts } from '../../support/certificates.ts';

const HOUR = 3_600_000;

/** What can be wrong with a certificate, by name. Whoever trusts the self-signed one finds nothing else wrong with it. */
const certificateFaults = {
  expired: () => certifyHosts(['127.0.0.1'], { from: at(-2 * HOUR), until: at(-HOUR) }),
  wrongHost: () => certifyHosts(['elsewhere.example']),
  selfSigned: () => certifyHosts(['127.0.0.1']),
};

/** A real TLS listener. */
export interface TlsListener {
  /** `https://127.0.0.1:<port>` */
  base: string;
  /** The certificate, for whoever is to trust it. */
  cert: string;
  /** How many requests came through: none, where the certificate was refused. */
  requests(): number;
  close(): Promise<void>;
}

/** Answers every request with an empty JSON object, behind a certificate with this fault. */
export async function startTlsListener(fault: keyof typeof certificateFaults): Promise<TlsListener> {
  const { cert, key } = certificateFaults[fault]();
  let count = 0;
  const server = createServer({ cert, key }, (_request, response) => {
    count += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  // Whoever refuses the certificate hangs up in the middle of the handshake.
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server that listens has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    base: `https://127.0.0.1:${port}`,
    cert,
    requests: () => count,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The machine's own clock: TLS asks nobody else. */
function at(offset: number): Date {
  return new Date(Date.now() + offset);
}
