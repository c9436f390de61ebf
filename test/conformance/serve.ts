import { mkdirSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { exportJWK, type JWK } from 'jose';
import { root } from '../support/server_process.ts';
import { startBehindTls, type Profile } from './behind_tls.ts';
import { certifyHosts } from '../support/certificates.ts';
import { makeKey } from './clients.ts';
import { connectConfiguration, fapiConfiguration } from './suite_configuration.ts';
import { listenTls } from './tls_server.ts';

interface ServeOptions {
  profile: Profile;
  /** The origin of the suite. */
  suite: string;
  say(line: string): void;
}

const ISSUER_PORT = 3443;
const KEYS_PORT = 8444;

/**
 * Serves a profile for the real suite, until it is stopped: behind TLS, trusting the certificate that the suite shows now, with
 * the key sets of the FAPI clients beside it. Writes the suite's configuration to .data/conformance. Rejects when the suite does
 * not answer, or a port is taken.
 */
export async function serveForSuite({ profile, suite, say }: ServeOptions): Promise<{ stop(): Promise<void> }> {
  const folder = join(root, '.data/conformance', profile);
  mkdirSync(folder, { recursive: true });
  const certificate = certifyHosts(['localhost', '127.0.0.1', 'host.docker.internal'], { authority: true });
  const trusts = join(folder, 'trusted.pem');
  writeFileSync(trusts, certificate.cert + (await certificateOf(suite)));
  const keys = [await makeKey('PS256'), await makeKey('PS256')] as const;
  const keySets = await listenTls(certificate, keySetsOf(keys.map(({ jwk }) => jwk)), KEYS_PORT);
  const variables = { SUITE: suite, CLIENT_KEYS: `https://127.0.0.1:${KEYS_PORT}` };
  const gatehouse = await startBehindTls({ profile, folder, certificate, trusts, port: ISSUER_PORT, variables });
  const places = { issuer: gatehouse.issuer, suite };
  const configuration =
    profile === 'conformance'
      ? connectConfiguration(places)
      : fapiConfiguration(places, [await privateJwk(keys[0]), await privateJwk(keys[1])]);
  const file = join(folder, 'suite.json');
  writeFileSync(file, `${JSON.stringify(configuration, null, 2)}\n`, { mode: 0o600 });
  say(`issuer         ${gatehouse.issuer}`);
  say(`for the suite  ${file}`);
  return {
    async stop() {
      await gatehouse.stop();
      await keySets.stop();
    },
  };
}

async function privateJwk({ privateKey, jwk }: Awaited<ReturnType<typeof makeKey>>): Promise<JWK> {
  return { ...jwk, ...(await exportJWK(privateKey)) };
}

/** `/fapi1.jwks` and `/fapi2.jwks`. */
function keySetsOf(keys: JWK[]): RequestListener {
  return ({ url }, response) => {
    const key = keys.find((_, index) => url === `/fapi${index + 1}.jwks`);
    response.writeHead(key ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: key ? [key] : [] }));
  };
}

/** The certificate that a server shows, whoever signed it. */
function certificateOf(origin: string): Promise<string> {
  const { hostname: host, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port || 443), rejectUnauthorized: false }, () => {
      const { raw } = socket.getPeerCertificate();
      socket.end();
      resolve(`-----BEGIN CERTIFICATE-----\n${raw.toString('base64')}\n-----END CERTIFICATE-----\n`);
    });
    socket.on('error', (cause) => reject(new Error(`the suite does not answer at ${origin}`, { cause })));
  });
}
