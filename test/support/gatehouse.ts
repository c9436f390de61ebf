import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

const root = new URL('../../', import.meta.url).pathname;
/** As long as movable_clock.mjs reads. */
const CLOCK_BYTES = 16;

export interface GatehouseOptions {
  databaseUrl: string;
  /** Laid over the development settings below, key by key at the top level. */
  settings?: Record<string, unknown>;
  port?: number;
  /** Of the issuer; `localhost` unless said otherwise. */
  host?: 'localhost' | '127.0.0.1';
  dataDir?: string;
  environment?: Record<string, string>;
}

/** A Gatehouse in a process of its own, as an operator would run it. */
export interface Gatehouse {
  issuer: string;
  port: number;
  dataDir: string;
  pid: number;
  /** Everything it printed so far: log lines and words for people. */
  output(): string;
  /** Mails in the development mailbox, newest first, read over HTTP as a person would. */
  mails(): Promise<MailboxMail[]>;
  /** The next mailed code for an address: waits for a mail that no call before has read. */
  code(to: string): Promise<string>;
  /** The next mailed link to a path of ours: waits for a mail that no call before has read. */
  link(to: string, path: string): Promise<string>;
  /** Puts the server's clock forward by so many seconds from where it is. */
  passTime(seconds: number): void;
  /** What its clock shows, in milliseconds. */
  now(): number;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts `src/main.ts` and resolves once it says that it is ready; rejects with its output when it ends before. */
export async function startGatehouse(options: GatehouseOptions): Promise<Gatehouse> {
  const port = options.port ?? (await freePortPair());
  const issuer = `http://${options.host ?? 'localhost'}:${port}`;
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  const file = join(dataDir, 'gatehouse.yaml');
  writeFileSync(file, stringify({ ...developmentSettings(issuer), ...options.settings }));
  const clock = join(dataDir, 'clock');
  let ahead = 0;
  writeFileSync(clock, '0'.padEnd(CLOCK_BYTES));
  const child = spawn(process.execPath, [join(root, 'src/main.ts'), 'start'], {
    cwd: root,
    env: {
      ...withoutOurs(process.env),
      PORT: String(port),
      GATEHOUSE_CONFIG: file,
      GATEHOUSE_DATA: dataDir,
      DATABASE_URL: options.databaseUrl,
      NODE_OPTIONS: `--import ${new URL('movable_clock.mjs', import.meta.url).href}`,
      GATEHOUSE_TEST_CLOCK: clock,
      NODE_COMPILE_CACHE: process.env['GATEHOUSE_TEST_COMPILED'],
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await ready(child, `${issuer}/health/ready`, () => output);
  const readCodes = new Set<string>();
  const readLinks = new Set<string>();
  return {
    issuer,
    port,
    dataDir,
    pid: child.pid ?? 0,
    output: () => output,
    mails: () => readMailbox(issuer),
    code: (to) => nextIn(issuer, to, readCodes, codeIn),
    link: (to, path) => nextIn(issuer, to, readLinks, (text) => linkIn(text, issuer + path)),
    passTime(seconds) {
      ahead += seconds;
      // In place, as one write: a server that keeps the file open and reads meanwhile finds the old time or the new one.
      const shown = openSync(clock, 'r+');
      writeSync(shown, String(ahead).padEnd(CLOCK_BYTES), 0);
      closeSync(shown);
    },
    now: () => Date.now() + ahead * 1000,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
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

async function ready(child: ChildProcess, url: string, output: () => string): Promise<void> {
  const deadline = Date.now() + 25_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`Gatehouse ended early:\n${output()}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`Gatehouse was not ready in time:\n${output()}`);
}

interface MailboxMail {
  id: string;
  to: string;
  subject: string;
  text: string;
}

async function readMailbox(issuer: string): Promise<MailboxMail[]> {
  const answer = await fetch(`${issuer}/mailbox`, { headers: { accept: 'application/json' } });
  return (await answer.json()) as MailboxMail[];
}

async function nextIn(
  issuer: string,
  to: string,
  read: Set<string>,
  find: (text: string) => string | undefined,
): Promise<string> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const unread = (await readMailbox(issuer)).filter((candidate) => candidate.to === to && !read.has(candidate.id));
    const mail = unread.find(({ text }) => find(text) !== undefined);
    const found = mail && find(mail.text);
    if (mail && found) {
      read.add(mail.id);
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`no mail for ${to} has what is looked for`);
}

function linkIn(text: string, start: string): string | undefined {
  return text.split(/\s/).find((word) => word.startsWith(start));
}

/** The code of a mail, as people type it; undefined when it has none. */
export function codeIn(text: string): string | undefined {
  const code = /\b(\d{4}) ?(\d{4})\b/.exec(text);
  return code ? `${code[1]}${code[2]}` : undefined;
}

/**
 * A port whose neighbour is free too: the simulator listens there. Below 32768, from where Linux takes the ports of outgoing
 * connections: one of those may come between the look and the start.
 */
export async function freePortPair(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
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
