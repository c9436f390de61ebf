import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A TLS server whose certificate it signed itself. What it speaks inside matters to nobody. */
export async function startTlsServer(): Promise<{ port: number; close(): Promise<void> }> {
  const server = new SMTPServer({ secure: true, logger: false });
  const listener = server.listen(0, '127.0.0.1');
  // Whoever refuses its certificate is an error to it.
  server.on('error', () => {});
  await once(listener, 'listening');
  return {
    // A TCP server that listens has an AddressInfo.
    port: (listener.address() as AddressInfo).port,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
