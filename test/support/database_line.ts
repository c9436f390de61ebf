import { once } from 'node:events';
import { connect, createServer, type NetConnectOpts, type Socket } from 'node:net';

/** The line to PostgreSQL, which tests can cut. */
export interface DatabaseLine {
  /** The same database, over the line. */
  url: string;
  /** Ends every connection and takes no new one, as when the server is away. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  /** From now on every answer takes so much longer. */
  slow(milliseconds: number): void;
  /** From now on the line leads to the database of this URL. */
  moveTo(databaseUrl: string): void;
  close(): Promise<void>;
}

/** What becomes of a piece: it passes, or is taken off the line, or something else is done at Gatehouse's end of it. */
export type Passage = boolean | ((near: Socket) => void);

/** Sees every piece, and from whom. */
export type Tap = (from: 'gatehouse' | 'postgres') => Passage;

/** Lays a line to the database of this URL, be that on a host or a unix socket. */
export async function layDatabaseLine(databaseUrl: string, tap: Tap = () => true): Promise<DatabaseLine> {
  let target = targetOf(new URL(databaseUrl));
  let delay = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target);
    for (const [from, one, other] of [
      ['gatehouse', near, far],
      ['postgres', far, near],
    ] as const) {
      const pass = (piece: Buffer) => {
        const passage = tap(from);
        if (passage === true) other.write(piece);
        else if (passage) passage(near);
      };
      sockets.add(one);
      // What is still under way when a test ends is nobody's any more.
      const passLater = (piece: Buffer) => void setTimeout(pass, delay, piece).unref();
      one.on('data', (piece) => (from === 'postgres' && delay > 0 ? passLater : pass)(piece));
      one.once('end', () => other.end());
      one.once('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.on('error', () => one.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number }; // it listens on TCP
  const url = new URL(databaseUrl);
  url.searchParams.delete('host');
  const user = url.username || url.searchParams.get('user') || 'postgres';
  const password = url.password ? `:${url.password}` : '';
  const cut = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return {
    url: `postgres://${user}${password}@127.0.0.1:${port}${url.pathname}`,
    cut,
    slow(milliseconds) {
      delay = milliseconds;
    },
    async restore() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    moveTo(elsewhere) {
      target = targetOf(new URL(elsewhere));
    },
    close: cut,
  };
}

function targetOf(url: URL): NetConnectOpts {
  const folder = url.searchParams.get('host');
  if (folder) return { path: `${folder}/.s.PGSQL.${url.port || '5432'}` };
  return { host: url.hostname, port: Number(url.port || '5432') };
}
