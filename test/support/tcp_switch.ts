import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Stands before several servers of this machine as a load balancer does that looks no further than TCP. */
export interface TcpSwitch {
  port: number;
  /** The ports it leads to, in turns; one that takes no connection is passed over. */
  targets: number[];
  close(): Promise<void>;
}

/** Opens it on a port of localhost. */
export async function openTcpSwitch(port: number): Promise<TcpSwitch> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer((near) => {
    keep(sockets, near);
    turn += 1;
    const { targets } = opened;
    lead(near, [...targets.slice(turn % targets.length), ...targets.slice(0, turn % targets.length)], sockets);
  });
  server.listen(port, 'localhost');
  await once(server, 'listening');
  const opened: TcpSwitch = {
    port,
    targets: [],
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return opened;
}

/** To the first of these that takes the connection; what breaks later breaks for whoever came. */
function lead(near: Socket, [port, ...others]: number[], sockets: Set<Socket>): void {
  if (port === undefined) return void near.destroy();
  const far = connect(port, 'localhost');
  keep(sockets, far);
  far.once('error', () => (far.connecting || far.pending ? lead(near, others, sockets) : near.destroy()));
  far.once('connect', () => {
    near.pipe(far).pipe(near);
    far.once('close', () => near.destroy());
  });
  near.once('close', () => far.destroy());
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  socket.on('error', () => socket.destroy());
}
