import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../src/database/index.ts';
import { childrenOf } from '../support/processes.ts';
import { layDatabaseLine } from '../support/database_line.ts';

/** At which piece on the line PostgreSQL dies, and on which side of it. */
export interface Moment {
  piece: number;
  phase: 'unsent' | 'sent' | 'unanswered';
}

/** A PostgreSQL that can be killed at a chosen moment of what Gatehouse asks it, and comes back over its own files. */
export interface KillablePostgres {
  /** For Gatehouse: the same after each death. */
  url: string;
  /** The server itself, for looking at the tables; another after each death. */
  directUrl(): string;
  /** Counts pieces from now on; with a moment, PostgreSQL dies there. */
  arm(moment?: Moment): void;
  /** Pieces that Gatehouse sent since the line was armed. */
  pieces(): number;
  isDead(): boolean;
  /** `kill -9` of the postmaster and its children, as when the machine loses power. */
  kill(): void;
  revive(): Promise<void>;
  /** The folder of its files. */
  dataDir(): string;
  /** The dead one stays dead, and the line leads to another server: what a virtual IP or a proxy does in a failover. */
  failOverTo(url: string): Promise<void>;
  stop(): Promise<void>;
}

/** Lends one to whoever does something with it, and ends it. */
export async function withKillablePostgres<Result>(
  use: (postgres: KillablePostgres) => Promise<Result>,
): Promise<Result> {
  const postgres = await startKillablePostgres();
  try {
    return await use(postgres);
  } finally {
    await postgres.stop();
  }
}

/** Starts it over a scratch folder. */
export async function startKillablePostgres(): Promise<KillablePostgres> {
  const scratch = mkdtempSync(join(tmpdir(), 'gatehouse-drill-'));
  const start = () => startEmbedded({ dataDir: join(scratch, 'postgres') });
  let server = await start();
  let successor: string | undefined;
  let moment: Moment | undefined;
  let sent = 0;
  let dead = false;

  function kill(): void {
    if (dead) return;
    dead = true;
    const postmaster = Number(readFileSync(join(server.dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
    for (const pid of [postmaster, ...childrenOf(postmaster)]) end(pid);
  }
  const line = await layDatabaseLine(server.url, (from) => {
    if (from === 'gatehouse') sent += 1;
    const due = moment !== undefined && sent >= moment.piece;
    if (due && from === 'gatehouse' && moment?.phase === 'unsent') kill();
    if (due && from === 'postgres' && moment?.phase === 'unanswered') kill();
    if (due && from === 'gatehouse' && moment?.phase === 'sent') setImmediate(kill);
    return !dead;
  });
  return {
    url: line.url,
    directUrl: () => successor ?? server.url,
    dataDir: () => server.dataDir,
    arm(at) {
      moment = at;
      sent = 0;
    },
    pieces: () => sent,
    isDead: () => dead,
    kill,
    async revive() {
      await line.cut();
      await server.stop();
      server = await start();
      moment = undefined;
      dead = false;
      line.moveTo(server.url);
      await line.restore();
    },
    async failOverTo(url) {
      await line.cut();
      successor = url;
      moment = undefined;
      dead = false;
      line.moveTo(url);
      await line.restore();
    },
    async stop() {
      await line.close();
      await server.stop();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was faster.
  }
}
