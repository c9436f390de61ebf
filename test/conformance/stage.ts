import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { exchange, type Exchange } from '../support/http_browser/transport.ts';
import { startBehindTls, type BehindTls, type Profile } from './behind_tls.ts';
import { certifyHosts, trustAuthority } from '../support/certificates.ts';
import { startSuiteServer, type SuiteServer } from './suite_server.ts';

/** The people of config/conformance-accounts.jsonl. */
export const PEOPLE = { full: 'full@conformance.example', sparse: 'sparse@conformance.example' } as const;

/** Their password. */
export const PASSWORD = 'for the conformance suite';

/** What a request says beyond its URL. */
interface Sending {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as a form. */
  form?: Record<string, string>;
  json?: unknown;
}

/** Gatehouse with a conformance profile behind TLS, and the suite's side of it. */
export interface Stage extends BehindTls {
  suite: SuiteServer;
  /** The discovery document. */
  metadata: Record<string, unknown>;
  /** The key set as it is now. */
  keys(): Promise<{ set: JSONWebKeySet; resolve: ReturnType<typeof createLocalJWKSet> }>;
  send(url: string, sending?: Sending): Promise<Exchange>;
}

/** Starts both. `databaseUrl`: of a server that runs already, else an embedded one in a folder that goes at the end. */
export async function startStage({ profile, databaseUrl }: { profile: Profile; databaseUrl?: string }): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-conformance-'));
  // One certificate for the issuer and the suite; this process and the server trust it.
  const certificate = certifyHosts(['localhost', '127.0.0.1'], { authority: true });
  const trusts = join(folder, 'certificate.pem');
  writeFileSync(trusts, certificate.cert);
  const distrust = trustAuthority(certificate.cert);
  const suite = await startSuiteServer(certificate);
  const variables = {
    SUITE: suite.origin,
    CLIENT_KEYS: suite.base,
    ...(databaseUrl && { DATABASE_URL: databaseUrl }),
  };
  const gatehouse = await startBehindTls({ profile, folder, certificate, trusts, variables });
  const metadata: Record<string, unknown> = JSON.parse(
    (await send(`${gatehouse.issuer}/.well-known/openid-configuration`)).body,
  );
  return {
    ...gatehouse,
    suite,
    metadata,
    async keys() {
      const { body } = await send(String(metadata['jwks_uri']));
      const set: JSONWebKeySet = JSON.parse(body);
      return { set, resolve: createLocalJWKSet(set) };
    },
    send,
    async stop() {
      await gatehouse.stop();
      await suite.stop();
      distrust();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function send(url: string, { method, headers, form, json }: Sending = {}): Promise<Exchange> {
  const body = form ? new URLSearchParams(form).toString() : json === undefined ? undefined : JSON.stringify(json);
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  return exchange({
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    url: new URL(url),
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) }),
      ...headers,
    },
    body,
  });
}
