import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase, type Database } from '../../src/database/index.ts';
import { testDatabase } from '../support/database.ts';
import { layDatabaseLine, type DatabaseLine } from '../support/database_line.ts';
import { agent, authorize, login, openWorld, signIn, visitAt, type Agent, type World } from './support.ts';

/** Counted on the line itself: how often something went out while nothing was under way. */
describe('how often a sign-in waits for the database', () => {
  let own: Awaited<ReturnType<typeof testDatabase>>;
  let line: DatabaseLine;
  let database: Database;
  let world: World;
  beforeAll(async () => {
    own = await testDatabase();
    line = await layDatabaseLine(own.url);
    database = openDatabase({ url: line.url }, { poolSize: 2 });
    world = await openWorld({ database });
    await signIn(agent(world.issuer));
  });
  afterAll(async () => {
    await world.close();
    await database.close();
    await line.close();
    await own.drop();
  });

  const waitsOf = async (work: () => Promise<unknown>): Promise<number> => {
    line.meter.reset();
    await work();
    return line.meter.waits();
  };
  const count = async (table: string): Promise<number> => (await own.database.knex(table)).length;
  const oneSignIn = async (browser: Agent): Promise<Record<string, number>> => {
    let [page, back]: string[] = [];
    const waits = {
      authorize: await waitsOf(async () => (page = (await browser.get(authorize())).location)),
      page: await waitsOf(async () => visitAt(browser, page ?? '')),
      answer: await waitsOf(async () => {
        back = (await browser.post(page ?? '', { result: JSON.stringify(login()) })).location;
      }),
      resume: await waitsOf(async () => browser.get(back ?? '')),
    };
    // What was seen of the session is written after the answer.
    await world.until(async () => (await count('session_devices')) === (await count('sessions')));
    return waits;
  };

  it('is once for each page, twice for what is said there, and four times at most on the way back', async () => {
    const tries: Record<string, number>[] = [];
    for (let time = 0; time < 6; time += 1) tries.push(await oneSignIn(agent(world.issuer)));
    // The fewest: apps that were not told are looked for every other second. The accounts of this world are in memory;
    // elsewhere the way back reads its account, too.
    const fewest = (step: string) => Math.min(...tries.map((waits) => waits[step] ?? 0));
    expect(['authorize', 'page', 'answer', 'resume'].map(fewest)).toEqual([1, 1, 2, 3]);
  });
});
