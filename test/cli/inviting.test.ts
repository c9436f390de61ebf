import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { invitationId } from '../../src/accounts/index.ts';
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

interface Made {
  id: string;
  link: string;
  mailed: boolean;
}

async function invited(...argv: string[]): Promise<Made> {
  const { out, err } = await world.run('accounts', 'invite', ...argv, '--json');
  if (out === '') throw new Error(err);
  return JSON.parse(out);
}

const rowOf = ({ id }: Made) => test.database.knex('invitations').where({ token_hash: id }).first();
const mails = () => test.database.knex('mail_outbox').where({ template: 'invitation' });
const DAY = 86_400_000;

describe('accounts invite', () => {
  it('prints a link that anybody can use once within seven days, and mails nobody', async () => {
    const { code, out } = await world.run('accounts', 'invite');
    const [link = '', says] = out.split('\n');
    expect(code).toBe(0);
    expect(link).toMatch(/^http:\/\/localhost:3000\/invitation\?token=[\w-]{43}$/);
    expect(says).toMatch(/^It works once until \S+, for any address\.$/);
    const token = new URL(link).searchParams.get('token') ?? '';
    const row = await test.database
      .knex('invitations')
      .where({ token_hash: invitationId(token) })
      .first();
    expect(row).toMatchObject({ address: null, uses: 1, uses_left: 1 });
    // Read one after the other: there may be a millisecond between the two.
    expect((row.expires_at - row.created_at) / DAY).toBeCloseTo(7, 4);
    expect(await mails()).toEqual([]);
  });

  it('mails the link to the address that it is for, in the language that was asked for', async () => {
    const made = await invited(
      'Mina@acme.example',
      '--locale',
      'ko',
      '--expires',
      '12h',
      '--note',
      'the new colleague',
    );
    expect(made).toMatchObject({ address: 'Mina@acme.example', mailed: true, state: 'usable' });
    expect(await rowOf(made)).toMatchObject({ address: 'mina@acme.example', stored: 'Mina@acme.example' });
    expect(await mails()).toMatchObject([{ locale: 'ko', sent_at: null }]);
    const silent = await invited('bo@acme.example', '--no-mail');
    expect(silent.mailed).toBe(false);
    expect(await mails()).toHaveLength(1);
  });

  it('refuses what would be of no use', async () => {
    await world.run('accounts', 'create', 'cy@acme.example');
    const cases: [argv: string[], code: number, says: string][] = [
      [['nobody'], 1, 'no plain address'],
      [['cy@acme.example'], 1, 'has an account already'],
      [['di@acme.example', '--uses', '2'], 1, 'one address makes one account'],
      [['--uses', '0'], 2, '--uses <n>'],
      [['--expires', 'soon'], 2, '--expires <duration>'],
      [['--locale', 'tlh'], 2, '--locale en|ko'],
    ];
    for (const [argv, code, says] of cases) {
      const run = await world.run('accounts', 'invite', ...argv);
      expect([run.code, run.out]).toEqual([code, '']);
      expect(run.err).toContain(says);
    }
    world.write(`${config}signup: { allow: closed }\n`);
    expect((await world.run('accounts', 'invite')).err).toContain('signup.allow is closed');
    world.write(config);
  });
});

describe('accounts invitations', () => {
  it('lists them without their links, and uninvite takes one back by the beginning of its id', async () => {
    const made = await invited('--uses', '30', '--note', 'open day');
    const list = await world.run('accounts', 'invitations');
    expect(list.out).toMatch(new RegExp(`${made.id.slice(0, 8)} +any +usable +30 of 30 .* open day`));
    const everything = `${list.out}${(await world.run('accounts', 'invitations', '--json')).out}`;
    expect(everything).not.toContain(new URL(made.link).searchParams.get('token'));

    const back = await world.run('accounts', 'uninvite', made.id.slice(0, 8));
    expect([back.code, back.out]).toEqual([0, `${made.id.slice(0, 8)} is taken back; accounts made with it: 0\n`]);
    expect(await rowOf(made)).toBeUndefined();
    expect((await world.run('accounts', 'uninvite', made.id)).err).toContain('no such invitation');
    expect((await world.run('accounts', 'uninvite', '')).code).toBe(1);
    expect(world.open()).toBe(0);
  });
});

describe('clients token', () => {
  beforeAll(() => world.write(`${config}protocol: { registration: {} }\n`));
  const tokens = () => test.database.knex('initial_access_tokens');

  it('prints a token once, keeps its hash, and lists it without', async () => {
    const { code, out } = await world.run(
      'clients',
      'token',
      '--uses',
      '3',
      '--expires',
      '12h',
      '--note',
      'a workshop',
    );
    const [token = '', says] = out.split('\n');
    expect([code, token]).toEqual([0, expect.stringMatching(/^[\w-]{43}$/)]);
    expect(says).toMatch(/^It registers 3 apps until \S+, and is not shown again\.$/);
    const [row] = await tokens();
    expect(row).toMatchObject({ uses: 3, uses_left: 3, note: 'a workshop' });
    expect((row.expires_at - row.created_at) / DAY).toBeCloseTo(0.5, 4);
    expect(JSON.stringify(row)).not.toContain(token);
    const listed = await world.run('clients', 'tokens');
    expect(listed.out).toContain('usable  3 of 3');
    expect(listed.out).not.toContain(token);
  });

  it('takes one back by the beginning of its id, and makes none while registration is off', async () => {
    const [{ id }] = JSON.parse((await world.run('clients', 'tokens', '--json')).out);
    expect((await world.run('clients', 'revoke-token', 'f'.repeat(64))).err).toContain('no such token');
    expect((await world.run('clients', 'revoke-token', id.slice(0, 8))).code).toBe(0);
    expect(await tokens()).toEqual([]);
    world.write(config);
    const refused = await world.run('clients', 'token');
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('protocol.registration is off')]);
  });

  it('has a list of what came of it, and ends one of those', async () => {
    world.write(
      `${config}protocol: { registration: {} }\nclients: [{ client_id: wiki, type: service, client_secret: a-secret-of-a-service-0123456789 }]\n`,
    );
    const id = `registered-${'a'.repeat(22)}`;
    const [at, payload] = [new Date(), { client_name: 'Robot', redirect_uris: ['https://robot.example/cb'] }];
    await test.database.knex('registered_clients').insert({ id, payload, created_at: at, used_at: at });
    expect((await world.run('clients', 'list')).out).toMatch(new RegExp(`${id} +Robot +registered +no +https://robot`));
    expect((await world.run('clients', 'remove', 'wiki')).err).toContain('stands in the configuration');
    expect((await world.run('clients', 'remove', id)).out).toContain('is gone');
    expect((await world.run('clients', 'remove', id)).code).toBe(1);
  });
});
