import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { endWithUs } from '../support/end_with_us.ts';

export interface RelyingPartyOptions {
  issuer: string;
  clientId: string;
  /** Absent: a public client. */
  clientSecret?: string;
  /** `127.0.0.1` unless said otherwise; also `[::1]`. Not the issuer's host: cookies ignore ports. */
  host?: string;
  /** A free one unless said otherwise. */
  port?: number;
}

export interface RelyingParty {
  /** Where it listens; its redirect URI is `<url>/callback`, its post-logout one `<url>/loggedout`. */
  url: string;
  /** Hands a native app's callback to it, as the operating system would; answers what it learned. */
  handOver(callbackUrl: string): Promise<{ status: number; body: Record<string, unknown> }>;
  /** Every code, verifier and token it ever held. */
  secrets(): Promise<string[]>;
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('relying_party.ts', import.meta.url));

/**
 * Starts the independent relying party in its own process and waits until it listens. It asks the issuer for nothing before
 * the first sign-in, so it may be started first and its URL registered afterwards. Rejects when the process ends early.
 */
export async function startRelyingParty(options: RelyingPartyOptions): Promise<RelyingParty> {
  const { PATH, HOME, GATEHOUSE_TEST_RUN: NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH,
      HOME,
      NODE_COMPILE_CACHE,
      ISSUER: options.issuer,
      CLIENT_ID: options.clientId,
      ...(options.clientSecret !== undefined && { CLIENT_SECRET: options.clientSecret }),
      HOST: options.host ?? '127.0.0.1',
      PORT: String(options.port ?? 0),
    },
  });
  endWithUs(child);
  const ended = once(child, 'exit');
  const url = await Promise.race([
    firstLine(child.stdout).then((line) => urlOf(line)),
    ended.then(() => Promise.reject(new Error('the relying party ended before it listened'))),
  ]);
  return {
    url,
    async handOver(callbackUrl) {
      const answer = await fetch(`${url}/callback-url`, { method: 'POST', body: JSON.stringify({ url: callbackUrl }) });
      return { status: answer.status, body: record(await answer.json()) };
    },
    async secrets() {
      const answer = record(await (await fetch(`${url}/secrets`)).json());
      return Array.isArray(answer['secrets']) ? answer['secrets'].map(String) : [];
    },
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  const [line] = await once(createInterface({ input: stream }), 'line');
  return String(line);
}

function urlOf(line: string): string {
  const { url } = record(JSON.parse(line));
  if (typeof url !== 'string') throw new Error(`the relying party said ${line}`);
  return url;
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('expected a JSON object');
  return { ...value };
}
