import { measureBroker } from './broker.ts';
import type { Run } from './run.ts';

const LOGINS = { full: 450, quick: 30 };

/** The part that compares logins through an upstream with those that have a password, in a world of their own. */
export async function brokerPart({ report, progress, rows }: Run): Promise<void> {
  const logins = rows < 100_000 ? LOGINS.quick : LOGINS.full;
  progress.at(0, `broker, ${logins} logins of each kind`);
  const { of, ratio } = await measureBroker(logins);
  const each = (milliseconds: number) => (milliseconds / logins).toFixed(1);
  report.figures.push({
    name: 'broker',
    text: `${each(of.brokered)} ms of CPU through an upstream, ${each(of.local)} with a password, hash apart`,
    judged: { goal: 'broker', ...ratio },
  });
}
