import type { Moment } from './killable_postgres.ts';
import { brokenInvariants } from './invariants.ts';
import { pick, seededRandom } from './load/random.ts';
import { operations, type Operation } from './operations.ts';
import { setStage, type Stage } from './stage.ts';

/** What came of one death. */
export interface Round {
  operation: string;
  moment: Moment;
  /** Whether PostgreSQL died under the press, or the press was over before. */
  struck: boolean;
  told: boolean;
  done: boolean;
  broken: string[];
}

const PHASES = ['unsent', 'sent', 'unanswered'] as const;

/**
 * Kills PostgreSQL at random moments under what people do, and looks each time whether anything is half done. The same seed
 * draws the same operations and moments.
 */
export async function killPostgres(
  { seed, rounds }: { seed: number; rounds: number },
  tell: (round: Round, number: number) => void = () => {},
): Promise<Round[]> {
  const random = seededRandom(seed);
  const stage = await setStage();
  try {
    const longest = new Map<string, number>();
    for (const operation of operations) longest.set(operation.name, await measure(stage, operation));
    const results: Round[] = [];
    for (let number = 1; number <= rounds; number += 1) {
      const operation = pick(operations, random);
      const piece = 1 + Math.floor(random() * (longest.get(operation.name) ?? 1));
      const round = await strike(stage, operation, { piece, phase: pick(PHASES, random) }, `r${number}@example.com`);
      results.push(round);
      tell(round, number);
    }
    return results;
  } finally {
    await stage.stop();
  }
}

/** How many pieces Gatehouse sends under an undisturbed press. */
async function measure(stage: Stage, operation: Operation): Promise<number> {
  const email = `measured-${operation.name.replaceAll(' ', '-')}@example.com`;
  const browser = await operation.prepare(stage, email);
  stage.postgres.arm();
  if (!(await operation.press(browser, email))) throw new Error(`${operation.name} does not work at all`);
  return stage.postgres.pieces();
}

async function strike(stage: Stage, operation: Operation, moment: Moment, email: string): Promise<Round> {
  const browser = await operation.prepare(stage, email);
  stage.postgres.arm(moment);
  const told = await operation.press(browser, email).catch(() => false);
  const struck = stage.postgres.isDead();
  stage.postgres.kill();
  await stage.postgres.revive();
  await stage.recovered();
  const done = await operation.isDone(stage, email);
  const broken = await brokenInvariants(stage);
  if (told && !done) broken.push('the person was told that it is done, and it is not');
  if (!done && !(await again(stage, operation, email))) broken.push('the person cannot do it again');
  return { operation: operation.name, moment, struck, told, done, broken };
}

async function again(stage: Stage, operation: Operation, email: string): Promise<boolean> {
  return operation.press(await operation.prepare(stage, email), email);
}
