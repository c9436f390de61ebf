import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { openMailbox, type Mailbox } from './mailbox.ts';
import { setClock, START_MILLISECONDS, startProcess, type ServerProcess } from './server_process.ts';
import { takeTurn } from './shared_process.ts';

export interface GatehouseOptions {
  databaseUrl: string;
  /** Laid over the development settings below, key by key at the top level. */
  settings?: Record<string, unknown>;
  port?: number;
  /** Of the issuer; `localhost` unless said otherwise. */
  host?: 'localhost' | '127.0.0.1';
  /** Where it is reached, when something stands in front of it. */
  issuer?: string;
  dataDir?: string;
  environment?: Record<string, string>;
}

/** A Gatehouse in another process, as an operator would run it. */
export interface Gatehouse extends Mailbox {
  issuer: string;
  port: number;
  dataDir: string;
  pid: number;
  /** The file that its clock follows, for commands beside it. */
  clock: string;
  /** Everything it printed so far: log lines and words for people. */
  output(): string;
  /** Puts the server's clock forward by so many seconds from where it is. */
  passTime(seconds: number): void;
  /** What its clock shows, in milliseconds. */
  now(): number;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts it and resolves once it says that it is ready; rejects with its output when it ends before. */
export async function startGatehouse(options: GatehouseOptions): Promise<Gatehouse> {
  const port = options.port ?? (await freePortPair());
  const own = `http://${options.host ?? 'localhost'}:${port}`;
  const issuer = options.issuer ?? own;
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  const file = join(dataDir, 'gatehouse.yaml');
  writeFileSync(file, stringify({ ...developmentSettings(issuer), ...options.settings }));
  const env = {
    ...withoutOurs(process.env),
    PORT: String(port),
    GATEHOUSE_CONFIG: file,
    GATEHOUSE_DATA: dataDir,
    DATABASE_URL: options.databaseUrl,
    // Most of a start is the compiling of what the start before has compiled, too.
    NODE_COMPILE_CACHE: process.env['GATEHOUSE_TEST_RUN'],
    ...options.environment,
  };
  // What the process is told at its start, only its own one hears.
  const shared = options.environment ? undefined : await takeTurn(env);
  const server = shared ?? startProcess(env, join(dataDir, 'clock'));
  let ahead = 0;
  await ready(server, `${own}/health/ready`);
  return {
    ...openMailbox({ issuer, databaseUrl: options.databaseUrl }),
    issuer,
    port,
    dataDir,
    pid: server.pid,
    clock: server.clock,
    output: server.output,
    passTime(seconds) {
      ahead += seconds;
      setClock(server.clock, ahead);
    },
    now: () => Date.now() + ahead * 1000,
    async stop(signal = 'SIGTERM') {
      await server.end(signal);
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function developmentSettings(issuer: string): Record<string, unknown> {
  return {
    issuer,
    mode: 'development',
    brand: { name: 'Acme', accent: '#0b5fff', support: 'help@acme.example' },
    mail: { from: 'Acme <no-reply@acme.example>' },
    upstreams: [
      { id: 'google', preset: 'google' },
      { id: 'facebook', preset: 'facebook' },
    ],
  };
}

/** The environment of the test run must not decide how the server under test behaves. */
function withoutOurs(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { ISSUER: _i, HOST: _h, NODE_OPTIONS: _n, npm_lifecycle_event: _e, ...rest } = environment;
  return rest;
}

async function ready(server: ServerProcess, url: string): Promise<void> {
  const deadline = Date.now() + START_MILLISECONDS;
  while (Date.now() < deadline) {
    if (server.hasEnded()) throw new Error(`Gatehouse ended early:\n${server.output()}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  await server.end('SIGKILL');
  throw new Error(`Gatehouse was not ready in time:\n${server.output()}`);
}

const PAIRS = 1500;
let taken = Math.floor(Math.random() * PAIRS);

/**
 * A port whose neighbour is free too: the simulator listens there. So that hardly anybody comes between the look and the start,
 * it is below 32768, from where Linux takes those of outgoing connections, and three workers of Jest have ports of their own.
 */
export async function freePortPair(): Promise<number> {
  const first = 20_000 + 2 * PAIRS * (Number(process.env['JEST_WORKER_ID'] ?? 0) % 4);
  for (let attempt = 0; attempt < 50; attempt += 1) {
    taken = (taken + 1) % PAIRS;
    const port = first + 2 * taken;
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
  throw new Error('no free pair of ports');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
