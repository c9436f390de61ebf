import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPgBouncer } from './find_pgbouncer.ts';
import { freePortPair } from './gatehouse.ts';

/** The real pooler. */
export interface PgBouncer {
  /** The database behind it. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts it in transaction mode in front of a database on a port of this machine, with fewer connections to it than
 * anybody opens here. It starts them anew in turn, so that nobody meets the same one twice by luck.
 */
export async function startPgBouncer(databaseUrl: string, settings: Record<string, string> = {}): Promise<PgBouncer> {
  const program = findPgBouncer();
  if (program === undefined) throw new Error('there is no pgbouncer on this machine');
  const { hostname, port: far, username, password, pathname } = new URL(databaseUrl);
  const name = pathname.slice(1);
  const port = await freePortPair();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pgbouncer-'));
  const file = join(folder, 'pgbouncer.ini');
  const lines = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    default_pool_size: 3,
    server_round_robin: 1,
    ...settings,
  };
  const behind = `host=${hostname} port=${far} dbname=${name} user=${username}${password && ` password=${password}`}`;
  const written = Object.entries(lines).map(([key, value]) => `${key} = ${value}`);
  writeFileSync(file, [`[databases]`, `${name} = ${behind}`, '[pgbouncer]', ...written, ''].join('\n'), {
    mode: 0o644,
  });
  // It refuses to run as root, and reads its file before it becomes somebody else.
  const account = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(program, ['-q', ...account, file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'exit');
  await Promise.race([
    listening(port),
    ended.then(() => Promise.reject(new Error(`pgbouncer ended before it listened:\n${said}`))),
  ]);
  return {
    url: `postgres://${username}@127.0.0.1:${port}/${name}`,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const answered = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
