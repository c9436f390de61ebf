import fc from 'fast-check';
import { newGame, openTable, type Game, type Person, type Table } from './game.ts';
import { moves } from './moves.ts';

/** What was played, and the first sequence that went wrong. */
export interface Played {
  sequences: number;
  seconds: number;
  decided: Record<string, number>;
  broken?: string;
}

/** A turn: which move, whose, and three numbers for what it chooses. */
const turns = fc.array(fc.tuple(fc.nat(5039), fc.boolean(), fc.array(fc.nat(59), { minLength: 3, maxLength: 6 })), {
  minLength: 5,
  maxLength: 18,
  size: 'max',
});
type Turns = typeof turns extends fc.Arbitrary<infer Value> ? Value : never;

const LANES = 4;

/**
 * Plays so many sequences of moves by two people, and looks after each move. The same seed plays the same again. To `shorten` a
 * sequence that went wrong can take minutes.
 */
export async function playTwoPeople({
  sequences,
  seed,
  shorten = false,
}: {
  sequences: number;
  seed: number;
  shorten?: boolean;
}): Promise<Played> {
  const table = await openTable();
  const began = process.hrtime.bigint();
  const property = fc.asyncProperty(turns, (sequence) => play(table, sequence));
  const lanes = Array.from({ length: LANES }, (_, lane) =>
    fc.check(property, { seed: seed + lane, numRuns: Math.ceil(sequences / LANES), endOnFailure: !shorten }),
  );
  const ended = await Promise.all(lanes);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  await table.close();
  const failed = ended.find((lane) => lane.failed);
  const broken = failed && `seed ${failed.seed}: ${String(failed.errorInstance)}`;
  const played = ended.reduce((sum, lane) => sum + lane.numRuns, 0);
  return { sequences: played, seconds, decided: Object.fromEntries(table.decided), broken };
}

async function play(table: Table, sequence: Turns): Promise<void> {
  const game = newGame();
  const played: string[] = [];
  for (const [move, first, picks] of sequence) {
    let asked = 0;
    const pick = <Thing>(things: readonly Thing[]) =>
      things[(picks[asked++ % picks.length] ?? 0) % Math.max(things.length, 1)];
    const who = game.people[first ? 0 : 1];
    const turn = { table, game, who, pick };
    const possible = moves.filter(({ when }) => when?.(turn) ?? true);
    const next = possible[move % possible.length];
    played.push(`${who.name} ${next?.name}`);
    try {
      await next?.move(turn);
      await look(table, game);
    } catch (cause) {
      throw new Error(`${played.join(', ')}: ${String(cause)}`, { cause });
    }
  }
}

interface Row {
  id: string;
  canonical: string;
  verified: boolean;
  proven_from: Date | null;
  password: string | null;
  subjects: string[] | null;
}

const everyAccount = `
  select a.id, d.canonical, d.verified_at is not null as verified, a.proven_from, p.password_hash as password,
    (select array_agg(subject) from identities i where i.account_id = a.id) as subjects
  from accounts a join addresses d on d.account_id = a.id left join passwords p on p.account_id = a.id
  where a.deleted_at is null and (d.canonical = any(:addresses) or a.id = any(:ids))`;

/** Whoever has something in an account that counts must once have proven an address which that account had. */
async function look({ world }: Table, game: Game): Promise<void> {
  const values = { addresses: game.addresses.map(({ canonical }) => canonical), ids: [...game.had.keys()] };
  const { rows } = await world.database.knex.raw<{ rows: Row[] }>(everyAccount, values);
  for (const row of rows) {
    const had = game.had.get(row.id) ?? new Set();
    game.had.set(row.id, had.add(row.canonical));
    // Nobody gets in before the address is verified.
    if (!row.verified) continue;
    for (const who of game.people) {
      const held = heldBy(who, row);
      if (held && ![...had].some((each) => who.proven.has(each))) {
        throw new Error(
          `${who.name} has ${held} in the account of ${row.canonical}, and never proved ${[...had].join(', ')}`,
        );
      }
    }
  }
}

function heldBy(who: Person, row: Row): string | undefined {
  const provenFrom = row.proven_from?.getTime();
  if (row.password?.endsWith(` of ${who.name}`)) return 'a password';
  if (row.subjects?.some((subject) => subject.startsWith(`${who.name} `))) return 'an identity';
  const alive = who.sessions.some((one) => one.accountId === row.id && one.provenFrom === provenFrom);
  return alive ? 'a session' : undefined;
}
