import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrateDown, migrationStatus } from '../../src/database/index.ts';
import { testDatabase } from '../support/database.ts';
import { worldWith, type World } from './world.ts';

let world: World;
let test: Awaited<ReturnType<typeof testDatabase>>;
let config: string;

beforeAll(async () => {
  test = await testDatabase();
  config = `issuer: http://localhost:3000\nmode: development\ndatabase: { url: "${test.url}" }\n`;
  world = worldWith(config);
});

afterAll(async () => {
  world.remove();
  await test.drop();
});

describe('migrate and doctor', () => {
  it('see, apply and take back migrations', async () => {
    const { applied } = await migrationStatus(test.database);
    const newest = applied.at(-1) ?? '';
    expect(await world.run('migrate')).toEqual({ code: 0, out: 'nothing to apply\n', err: '' });
    expect((await world.run('migrate', 'status')).code).toBe(0);
    expect((await world.run('doctor')).out).toMatch(
      /\nok +migrations: \d+ applied\n(?:ok .*\n)*problem +issuer: no server answers at http:\/\/localhost:3000: .*\n +start it \(npm start/,
    );
    expect((await world.run('migrate', 'down')).out).toBe(`took back ${newest}\n`);
    const status = await world.run('migrate', 'status');
    expect(status.code).toBe(1);
    expect(status.out).toContain(`pending  ${newest}`);
    const doctor = await world.run('doctor');
    expect(doctor.code).toBe(1);
    expect(doctor.out).toContain(
      `problem  migrations: pending: ${newest}\n         run npm start (or ./gatehouse migrate)`,
    );
    expect((await world.run('migrate', '--json')).out).toBe(`${JSON.stringify({ applied: [newest] }, null, 2)}\n`);
    expect(await migrateDown(test.database)).toEqual([newest]);
    expect((await world.run('migrate')).out).toBe(`applied ${newest}\n`);
  });

  it.each(['accounts list', 'accounts create ada@example.com', 'mail list', 'explain 7F3K2-92QDM'])(
    'are what %s asks for while tables are missing',
    async (line) => {
      const empty = await testDatabase({ empty: true });
      const bare = worldWith(config.replace(test.url, empty.url));
      const { code, err } = await bare.run(...line.split(' '));
      bare.remove();
      await empty.drop();
      expect(code).toBe(1);
      expect(err).toMatch(/^the database is not set up for this version: \d+ migrations are pending; run npm start/);
    },
  );

  it('say in one sentence that the database is away, and leave nothing open', async () => {
    world.write(config.replace(test.url, 'postgres://gatehouse:hunter2@127.0.0.1:1/gone'));
    const migrate = await world.run('migrate');
    const doctor = await world.run('doctor', '--json');
    world.write(config);
    expect({ code: migrate.code, out: migrate.out }).toEqual({ code: 1, out: '' });
    expect(migrate.err).toMatch(/^the database cannot be reached: .*ECONNREFUSED.*\n$/);
    expect(migrate.err).not.toContain('hunter2');
    expect(doctor.code).toBe(1);
    expect(JSON.parse(doctor.out)).toContainEqual(expect.objectContaining({ check: 'database', ok: false }));
    expect(world.open()).toBe(0);
  });
});
