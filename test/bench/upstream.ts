import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** An upstream that Gatehouse finds by discovery, and the credentials it gave us. */
export interface BenchUpstream {
  issuer: string;
  client: { id: string; secret: string };
  stop(): void;
}

const PROGRAM = fileURLToPath(new URL('upstream_process.ts', import.meta.url));

/** Starts it, with the callback of this issuer's upstream `partner` registered. */
export async function startUpstream(issuer: string): Promise<BenchUpstream> {
  // Not with the launcher's own imports: they would end a process that the launcher has not started.
  const child = fork(PROGRAM, [issuer], { execArgv: [] });
  const [said] = await once(child, 'message');
  return { ...said, stop: () => void child.kill() };
}

/** Agrees on the upstream's page, and gives the callback URL on which it sends people back. */
export async function agree(authorizationUrl: string): Promise<string> {
  const { origin, pathname, searchParams } = new URL(authorizationUrl);
  const body = new URLSearchParams([...searchParams, ['persona', 'ada']]);
  const answer = await fetch(`${origin}${pathname}`, { method: 'POST', body, redirect: 'manual' });
  await answer.arrayBuffer();
  return answer.headers.get('location') ?? '';
}
