// The other side of generator.ts. Does one order after the other, and ends when its parent lets go of it.
import { plainHttpAnywhere } from './plain_http.ts';
import type { Answer, LapOrder, Order } from './generator.ts';
import { runLap, runOpenLap, type Lap } from './hot/load.ts';
import { operations, type Step, type Target } from './hot/operations.ts';
import { seededKeys, type SeededKeys } from './hot/seeded_keys.ts';

/** As many may be under way at once in an open loop. */
const OPEN_LANES = 256;

interface Aimed {
  target: Target;
  /** Of each operation, those that were begun. */
  lanes: Map<string, Step[]>;
}

const sides = new Map<string, Aimed>();
/** Refresh tokens rotate: what was learnt of a database holds beyond one server. */
const keysOf = new Map<string, SeededKeys>();

function aim(side: string, { seeds, ...data }: Extract<Order, { what: 'aim' }>['target']): void {
  const known = seeds && (keysOf.get(seeds.cookieKey) ?? seededKeys(seeds));
  if (seeds && known) keysOf.set(seeds.cookieKey, known);
  const target = { ...data, http: plainHttpAnywhere(), ...(known && { keys: known }) };
  sides.set(side, { target, lanes: new Map() });
}

async function lap(side: string, name: string, { concurrency, milliseconds, rate }: LapOrder): Promise<Lap> {
  const aimed = sides.get(side);
  const operation = operations.find((one) => one.name === name);
  if (!aimed || !operation) throw new Error(`nobody is at ${side} for ${name}`);
  const lanes = aimed.lanes.get(name) ?? [];
  aimed.lanes.set(name, lanes);
  // Without seeds each lane begins with a code flow of its own, so an open loop has as many lanes as were needed before.
  const wished = rate === undefined ? concurrency : aimed.target.keys ? OPEN_LANES : Math.max(64, concurrency);
  while (lanes.length < wished) lanes.push(await operation.begin(aimed.target));
  const used = lanes.slice(0, wished);
  return rate === undefined ? runLap(used, milliseconds) : runOpenLap(used, milliseconds, rate);
}

process.on('message', (order: Order) => {
  const done = order.what === 'aim' ? aim(order.side, order.target) : lap(order.side, order.operation, order.order);
  void Promise.resolve(done).then(
    (figures) => answer(figures ? { lap: figures } : {}),
    (error: unknown) => answer({ failed: String(error) }),
  );
});
process.once('disconnect', () => process.exit());

function answer(message: Answer): void {
  process.send?.(message);
}
