import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { globalAgent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { runCommand } from '../../src/cli/index.ts';
import { commandParts } from '../../src/commands.ts';
import { freePortPair } from '../support/gatehouse.ts';
import { exchange, type Exchange } from '../support/http_browser/transport.ts';
import { root, setClock, START_MILLISECONDS, startProcess } from '../support/server_process.ts';
import { makeCertificate, type Certificate } from './certificate.ts';
import { startSuiteServer, type SuiteServer } from './suite_server.ts';
import { listenTls, proxyTo } from './tls_server.ts';

/** The people of config/conformance-accounts.jsonl. */
export const PEOPLE = { full: 'full@conformance.example', sparse: 'sparse@conformance.example' } as const;

/** Their password. */
export const PASSWORD = 'for the conformance suite';

/** A discovery document. */
export type Metadata = Record<string, unknown>;

/** What a request says beyond its URL. */
interface Sending {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as a form. */
  form?: Record<string, string>;
  json?: unknown;
}

/** Gatehouse with the conformance profile behind TLS, and the suite's side of it. */
export interface Stage {
  issuer: string;
  suite: SuiteServer;
  metadata: Metadata;
  /** The key set as it is now. */
  keys(): Promise<{ set: JSONWebKeySet; resolve: ReturnType<typeof createLocalJWKSet> }>;
  send(url: string, sending?: Sending): Promise<Exchange>;
  /** What the server's clock shows, in milliseconds. */
  now(): number;
  /** Puts it forward. */
  passTime(seconds: number): void;
  /** Runs one of our own commands beside it. */
  command(...argv: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** What a stage is started with. */
interface StageOptions {
  /** Of a server that runs already; absent: the embedded one, in a folder of its own. */
  databaseUrl?: string;
  /** For the placeholders of the profile. */
  variables?: Record<string, string>;
}

/** Starts all of it. The profile is config/conformance.yaml as it is shipped; ports are free ones. */
export async function startStage({ databaseUrl, variables = {} }: StageOptions = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-conformance-'));
  const certificate = trusted(folder);
  const suite = await startSuiteServer(certificate);
  const port = await freePortPair();
  const proxy = await listenTls(certificate, proxyTo(port));
  const issuer = `https://localhost:${proxy.port}`;
  const environment = {
    ...variables,
    PORT: String(port),
    ISSUER: issuer,
    SUITE: suite.origin,
    GATEHOUSE_CONFIG: join(root, 'config/conformance.yaml'),
    GATEHOUSE_DATA: folder,
    ...(databaseUrl && { DATABASE_URL: databaseUrl }),
  };
  const { PATH, HOME, GATEHOUSE_TEST_RUN, NODE_COMPILE_CACHE = GATEHOUSE_TEST_RUN } = process.env;
  const trust = { NODE_EXTRA_CA_CERTS: join(folder, 'certificate.pem') };
  const clock = join(folder, 'clock');
  const server = startProcess({ PATH, HOME, NODE_COMPILE_CACHE, ...trust, ...environment }, clock);
  await ready(`http://127.0.0.1:${port}/health/ready`, server);
  let ahead = 0;
  const stage: Stage = {
    issuer,
    suite,
    metadata: {},
    async keys() {
      const { body } = await send(String(stage.metadata['jwks_uri']));
      const set: JSONWebKeySet = JSON.parse(body);
      return { set, resolve: createLocalJWKSet(set) };
    },
    send,
    now: () => Date.now() + ahead * 1000,
    passTime(seconds) {
      ahead += seconds;
      setClock(clock, ahead);
    },
    command: (...argv) => command(argv, environment),
    async stop() {
      await server.end('SIGTERM');
      await Promise.all([proxy.stop(), suite.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await stage.command('accounts', 'import', 'config/conformance-accounts.jsonl');
  stage.metadata = JSON.parse((await send(`${issuer}/.well-known/openid-configuration`)).body);
  return stage;
}

/** One certificate for the issuer and the suite; this process and the server trust it. */
function trusted(folder: string): Certificate {
  const certificate = makeCertificate(['localhost', '127.0.0.1']);
  writeFileSync(join(folder, 'certificate.pem'), certificate.cert);
  globalAgent.options.ca = certificate.cert;
  return certificate;
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

async function command(argv: string[], env: NodeJS.ProcessEnv): Promise<string> {
  let written = '';
  const into = { write: (text: string) => (written += text) };
  const io = { stdin: Readable.from([]), stdout: into, stderr: into, env, cwd: root };
  if ((await runCommand(argv, io, commandParts)) !== 0) throw new Error(`${argv.join(' ')}: ${written}`);
  return written;
}

async function ready(url: string, server: { hasEnded(): boolean; output(): string }): Promise<void> {
  const deadline = Date.now() + START_MILLISECONDS;
  while (Date.now() < deadline && !server.hasEnded()) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`Gatehouse did not become ready:\n${server.output()}`);
}
