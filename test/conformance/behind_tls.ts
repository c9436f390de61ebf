import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePortPair } from '../support/gatehouse.ts';
import { movableClock, root, setClock, START_MILLISECONDS, startProcess } from '../support/server_process.ts';
import type { Certificate } from '../support/certificates.ts';
import { listenTls, proxyTo } from './tls_server.ts';

/** One of the two configurations that the suite wants: a file under config/. */
export type Profile = 'conformance' | 'conformance-fapi';

interface BehindTlsOptions {
  profile: Profile;
  /** Where data and keys go. */
  folder: string;
  certificate: Certificate;
  /** A file of certificates that the server trusts beside those of the system. */
  trusts: string;
  /** Of the proxy; any free one when absent. */
  port?: number;
  /** For the placeholders of the profile. */
  variables: Record<string, string>;
}

/** A Gatehouse in a process of its own, behind a proxy that ends TLS, with the accounts of the profile. */
export interface BehindTls {
  issuer: string;
  /** What its clock shows, in milliseconds. */
  now(): number;
  /** Puts its clock forward. */
  passTime(seconds: number): void;
  /** Runs one of our own commands beside it, with the same clock, and returns what it prints. */
  command(...argv: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** Starts it with a profile as it is shipped. Rejects with its output when it ends before it is ready. */
export async function startBehindTls(options: BehindTlsOptions): Promise<BehindTls> {
  const { profile, folder, certificate, trusts, variables } = options;
  const port = await freePortPair();
  const proxy = await listenTls(certificate, proxyTo(port), options.port);
  const issuer = `https://localhost:${proxy.port}`;
  const clock = join(folder, 'clock');
  const { PATH, HOME, GATEHOUSE_TEST_RUN, NODE_COMPILE_CACHE = GATEHOUSE_TEST_RUN } = process.env;
  const environment = {
    PATH,
    HOME,
    NODE_COMPILE_CACHE,
    NODE_EXTRA_CA_CERTS: trusts,
    NODE_OPTIONS: `--import ${movableClock}`,
    GATEHOUSE_TEST_CLOCK: clock,
    PORT: String(port),
    ISSUER: issuer,
    GATEHOUSE_CONFIG: join(root, `config/${profile}.yaml`),
    GATEHOUSE_DATA: folder,
    ...variables,
  };
  const server = startProcess(environment, clock);
  await ready(`http://127.0.0.1:${port}/health/ready`, server);
  let ahead = 0;
  const command = async (...argv: string[]) => {
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['src/main.ts', ...argv], { cwd: root, env: environment });
    return stdout;
  };
  await command('accounts', 'import', 'config/conformance-accounts.jsonl');
  return {
    issuer,
    now: () => Date.now() + ahead * 1000,
    passTime(seconds) {
      ahead += seconds;
      setClock(clock, ahead);
    },
    command,
    async stop() {
      await server.end('SIGTERM');
      await proxy.stop();
    },
  };
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
