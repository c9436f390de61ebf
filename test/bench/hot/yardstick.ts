import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../client/test_issuer.ts';
import { plainHttp } from '../plain_http.ts';
import { authorizeUrl, ownEndpoints } from './operations.ts';

/** The clients that the yardstick knows. */
export interface YardstickClients {
  app: { client_id: string; client_secret: string };
  service: { client_id: string; client_secret: string };
}

/** The library by itself, over a Map, in another process; under /bare what node:http does alone. */
export interface Yardstick {
  issuer: string;
  pid: number;
  stop(): void;
}

/** Starts it, with everybody signed in who comes. */
export async function startYardstick(callback: string, clients: YardstickClients): Promise<Yardstick> {
  const port = await freePort();
  const program = fileURLToPath(new URL('yardstick_process.ts', import.meta.url));
  const environment = { ...process.env, NODE_OPTIONS: '--max-semi-space-size=16' };
  // Not with the launcher's own imports: they would end a process that the launcher has not started.
  const child = fork(program, [String(port), callback, JSON.stringify(clients)], { execArgv: [], env: environment });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('the yardstick did not start'))),
  ]);
  return { issuer: `http://localhost:${port}`, pid: child.pid ?? 0, stop: () => void child.kill() };
}

/** The Cookie line of somebody whom it has signed in: it does so for whoever comes. */
export async function yardstickCookie(
  { issuer }: Pick<Yardstick, 'issuer'>,
  callback: string,
  app: YardstickClients['app'],
): Promise<string> {
  const cookies = new Map<string, string>();
  const line = () => `Cookie: ${[...cookies].map((pair) => pair.join('=')).join('; ')}`;
  const http = plainHttp(issuer);
  const endpoints = ownEndpoints(issuer);
  let path = authorizeUrl({ endpoints, app, callback, service: app }).slice(issuer.length);
  for (let hop = 0; hop < 8; hop += 1) {
    const answer = await http('GET', path, [line()]);
    for (const set of answer.cookies) {
      const [pair = ''] = set.split(';', 1);
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    if (answer.location.startsWith(callback)) return line();
    path = answer.location.replace(issuer, '');
  }
  throw new Error('the yardstick signs nobody in');
}
