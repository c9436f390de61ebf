import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { globalAgent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { freePortPair } from '../support/gatehouse.ts';
import { exchange, type Exchange } from '../support/http_browser/transport.ts';
import { movableClock, root, setClock, START_MILLISECONDS, startProcess } from '../support/server_process.ts';
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
  /** The file under config/. */
  profile: 'conformance' | 'conformance-fapi';
}

/** Starts all of it. The profile is the file as it is shipped; ports are free ones. */
export async function startStage({ databaseUrl, profile }: StageOptions): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-conformance-'));
  const certificate = trusted(folder);
  const suite = await startSuiteServer(certificate);
  const port = await freePortPair();
  const proxy = await listenTls(certificate, proxyTo(port));
  const issuer = `https://localhost:${proxy.port}`;
  const clock = join(folder, 'clock');
  const { PATH, HOME, GATEHOUSE_TEST_RUN, NODE_COMPILE_CACHE = GATEHOUSE_TEST_RUN } = process.env;
  const environment = {
    PATH,
    HOME,
    NODE_COMPILE_CACHE,
    NODE_EXTRA_CA_CERTS: join(folder, 'certificate.pem'),
    NODE_OPTIONS: `--import ${movableClock}`,
    GATEHOUSE_TEST_CLOCK: clock,
    PORT: String(port),
    ISSUER: issuer,
    SUITE: suite.origin,
    CLIENT_KEYS: suite.base,
    GATEHOUSE_CONFIG: join(root, `config/${profile}.yaml`),
    GATEHOUSE_DATA: folder,
    ...(databaseUrl && { DATABASE_URL: databaseUrl }),
  };
  const server = startProcess(environment, clock);
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

/** One of our own commands, in a process whose clock is the server's. */
async function command(argv: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['src/main.ts', ...argv], { cwd: root, env });
  return stdout;
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
