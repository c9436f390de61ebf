import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { commandParts } from '../../src/commands.ts';
import { now } from '../../src/kit/clock.ts';
import { accountId, reference } from '../../src/kit/random.ts';
import { testDatabase } from '../support/database.ts';
import { eventsOver, worldWith, type World } from './world.ts';

const SECRET = 'the-secret-of-the-wiki-app-0123';

let world: World;
let test: Awaited<ReturnType<typeof testDatabase>>;
let config: string;

beforeAll(async () => {
  test = await testDatabase();
  config = `issuer: http://localhost:3000
mode: development
database: { url: "${test.url}" }
upstreams:
  - { id: google, preset: google }
  - { id: partner, preset: oidc, label: Partner, issuer: "https://login.partner.example", client_id: a, client_secret: ${SECRET} }
clients:
  - client_id: wiki
    name: Wiki
    client_secret: ${SECRET}
    redirect_uris: [https://wiki.acme.example/callback]
    post_logout_redirect_uris: [https://wiki.acme.example/]
  - client_id: reports
    type: service
    client_secret: reports-${SECRET}
`;
  world = worldWith(config);
});

afterAll(async () => {
  world.remove();
  await test.drop();
});

describe('the command line', () => {
  it.each([
    [[], 'which command?'],
    [['migarte'], 'there is no command "migarte"; did you mean migrate?'],
    [['config', 'chekc'], 'there is no command "config chekc"; did you mean config check?'],
    [['client'], 'did you mean clients?'],
    [['frobnicate'], 'there is no command "frobnicate"\n'],
    [['config'], 'config needs one of: check, schema, plan\n'],
    [['config', 'frobnicate'], 'config needs one of: check, schema, plan\n'],
    [['clients'], 'clients needs one of: list, show, kit, secret, token, tokens, revoke-token, remove\n'],
    [['upstreams', 'frobnicate'], 'upstreams needs one of: list, test\n'],
    [
      ['accounts'],
      'accounts needs one of: list, show, create, invite, invitations, uninvite, disable, enable, reset-second-step, delete, groups, import, export\n',
    ],
    [['migrate', 'frobnicate'], 'migrate takes nothing more or one of: status, down\n'],
    [['clients', 'show'], 'clients show takes <client_id>'],
    [['explain'], 'explain takes <reference>'],
    [['config', 'check', '--jason'], 'there is no option --jason; did you mean --json?\n'],
    [['--jason'], 'there is no option --jason; did you mean --json?\n'],
    [['accounts', 'list', '--limti', '5'], 'there is no option --limti; did you mean --limit?\n'],
    [['accounts', 'show', 'x', '--limit', '5'], 'there is no option --limit\n'],
    [['accounts', 'list', '--limit'], "'--limit <value>' argument missing"],
    [['accounts', 'list', '--limit', 'ten'], '--limit <n>: not "ten"\n'],
    [['accounts', 'list', '--state', 'asleep'], '--state active|unverified|disabled|deleting: not "asleep"\n'],
    [['accounts', 'delete', 'x', '--yes=no'], "'--yes' does not take an argument"],
    [['mail'], 'mail needs one of: list\n'],
  ])('answers wrong use %j with the usage and 2', async (argv, sentence) => {
    const { code, out, err } = await world.run(...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(sentence);
    expect(err).toContain('gatehouse ');
  });

  it.each([
    [['frobnicate'], 2, 'there is no command "frobnicate"'],
    [['config', 'frobnicate'], 2, 'config needs one of: check, schema, plan'],
    [['explain'], 2, 'explain takes <reference>'],
    [['config', 'check', '--jason'], 2, expect.stringContaining('--jason')],
    [['explain', '00000-00000'], 1, expect.stringContaining('nothing is known under the reference 00000-00000')],
    [['clients', 'show', 'wikki'], 1, 'there is no client "wikki"; did you mean wiki?'],
    [['accounts', 'show', 'nobody@acme.example'], 1, expect.stringContaining('there is no such account')],
  ])('tells a program on one line why %j failed', async (argv, code, error) => {
    const result = await world.run(...argv, '--json');
    expect(result).toMatchObject({ code, out: '' });
    expect(result.err.trimEnd()).not.toContain('\n');
    expect(JSON.parse(result.err)).toEqual({ error });
  });

  it('prints its version on request', async () => {
    expect(await world.run('--version')).toEqual({ code: 0, out: '1.2.3\n', err: '' });
    expect(commandParts.version()).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('prints the usage on request, of all commands or of some', async () => {
    const all = await world.run('help');
    expect(all).toMatchObject({ code: 0, err: '' });
    for (const name of [
      'start',
      'config check',
      'config schema',
      'migrate status',
      'clients list',
      'explain <reference>',
    ]) {
      expect(all.out).toContain(`gatehouse ${name}`);
    }
    expect((await world.run('--help')).out).toBe(all.out);
    const some = await world.run('help', 'migrate');
    expect(some.out).toContain('gatehouse migrate down');
    expect(some.out).not.toContain('gatehouse explain');
    expect((await world.run('help', 'accounts')).out).toMatch(
      /^ +--state active\|unverified\|disabled\|deleting +only those/m,
    );
    const one = await world.run('accounts', 'groups');
    expect(one.err).toContain('--remove <names>');
    expect(one.err).not.toContain('gatehouse accounts list');
  });

  it('hands start over and gives its exit code', async () => {
    expect(await world.run('start')).toEqual({ code: 0, out: '', err: '' });
  });
});

describe('config', () => {
  it('check says that a right file is right, and its hash', async () => {
    const { code, out, err } = await world.run('config', 'check');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      /^gatehouse\.yaml is all right: http:\/\/localhost:3000 in mode development, 2 clients, 2 upstreams\nhash [0-9a-f]{64}\n$/,
    );
    const json: unknown = JSON.parse((await world.run('config', 'check', '--json')).out);
    expect(json).toMatchObject({ ok: true, clients: 2, upstreams: 2, warnings: [] });
  });

  it('check prints warnings and still ends with 0', async () => {
    world.write(config.replace('3000', '4000'));
    const { code, err } = await world.run('config', 'check');
    world.write(config);
    expect(code).toBe(0);
    expect(err).toContain('gatehouse.yaml:1:9 issuer_port');
  });

  it('check prints every mistake and ends with 1', async () => {
    world.write('issuer: http://localhost:3000/\nmode: develop\n');
    const { code, out, err } = await world.run('config', 'check');
    const json = await world.run('config', 'check', '--json');
    world.write(config);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('gatehouse.yaml:2:7 wrong_value mode');
    expect(err).toMatch(/1 mistake; docs\/config-rules\.md explains each rule\n$/);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, mistakes: [{ line: 2, rule: 'wrong_value' }] });
  });

  it('schema prints a JSON Schema', async () => {
    const { code, out } = await world.run('config', 'schema');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ $schema: expect.stringContaining('2020-12'), required: ['issuer'] });
  });

  it('stops every other command with all mistakes while the file is wrong', async () => {
    world.write('mode: develop\nhttp: { prot: 1 }\n');
    const { code, out, err } = await world.run('clients', 'list');
    const json = await world.run('clients', 'list', '--json');
    world.write(config);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err.trimEnd().split('\n')).toHaveLength(3);
    expect(JSON.parse(json.err)).toMatchObject({ error: 'the configuration has mistakes', mistakes: [{}, {}, {}] });
  });
});

describe('clients', () => {
  it('makes a secret, and the line with which it counts', async () => {
    const { code, out } = await world.run('clients', 'secret');
    const [, secret = '', hash = ''] = /:\n {2}([\w-]{43})\n.*\n {2}- sha256: ([0-9a-f]{64})\n$/.exec(out) ?? [];
    expect({ code, hash }).toEqual({ code: 0, hash: createHash('sha256').update(secret).digest('hex') });
    const again = JSON.parse((await world.run('clients', 'secret', '--json')).out) as Record<string, string>;
    expect(again).toEqual({
      secret: expect.stringMatching(/^[\w-]{43}$/),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(again['secret']).not.toBe(secret);
  });

  it('list what the config registers', async () => {
    const { code, out } = await world.run('clients', 'list');
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toMatch(/^CLIENT_ID +NAME +TYPE +FIRST PARTY +REDIRECT URIS$/);
    expect(out).toMatch(/wiki +Wiki +web +no +https:\/\/wiki\.acme\.example\/callback/);
  });

  it('show one client as it takes effect, never its secret', async () => {
    const { code, out } = await world.run('clients', 'show', 'reports');
    expect(code).toBe(0);
    expect(out).toMatch(/grant_types +\["client_credentials"\]/);
    const json = await world.run('clients', 'show', 'wiki', '--json');
    expect(JSON.parse(json.out)).toMatchObject({
      client_id: 'wiki',
      grant_types: ['authorization_code', 'refresh_token'],
    });
    for (const argv of [
      ['clients', 'show', 'wiki'],
      ['clients', 'list', '--json'],
      ['upstreams', 'list', '--json'],
    ]) {
      expect((await world.run(...argv)).out).not.toContain(SECRET);
    }
  });

  it('suggest the client that was meant', async () => {
    expect(await world.run('clients', 'show', 'wikki')).toEqual({
      code: 1,
      out: '',
      err: 'there is no client "wikki"; did you mean wiki?\n',
    });
  });
});

describe('explain', () => {
  it('tells what happened under a reference, in any spelling of it', async () => {
    const events = eventsOver(test.database);
    const code = reference();
    await events.record({ type: 'oidc.visit_started', outcome: 'ok', reference: code, clientId: 'wiki' });
    await events.record({
      type: 'sign_in.password_wrong',
      outcome: 'refused',
      reference: code,
      reason: 'wrong_password',
      detail: { tries: 2 },
    });
    const lines = (await world.run('explain', code)).out.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/oidc\.visit_started +ok +wiki/);
    expect(lines[2]).toMatch(/sign_in\.password_wrong +refused +wrong_password .*tries=2$/);
    for (const spelling of [[code.toLowerCase()], [code.replace('-', '')], code.split('-')]) {
      expect((await world.run('explain', ...spelling)).out.trimEnd().split('\n')).toEqual(lines);
    }
    expect(JSON.parse((await world.run('explain', code, '--json')).out)).toMatchObject({
      reference: code,
      events: [{}, {}],
    });
  });

  it('says how to mend what an error page said', async () => {
    const code = reference();
    const shown = { outcome: 'refused', reference: code, reason: 'redirect_uri_mismatch' } as const;
    await eventsOver(test.database).record({ ...shown, type: 'web.error_shown' });
    expect((await world.run('explain', code)).out).toContain('redirect_uri_mismatch: The redirect_uri of the request');
  });

  it('ends with 1 when nothing is known', async () => {
    const { code, out, err } = await world.run('explain', '00000-00000');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('nothing is known under the reference 00000-00000; events are kept for 400 days');
  });

  it('lets nothing that a stranger sent steer the terminal', async () => {
    const events = eventsOver(test.database);
    const code = reference();
    await events.record({
      type: 'oidc.authorization_refused',
      outcome: 'refused',
      reference: code,
      clientId: '\u001B[2Jevil\nline',
    });
    const { out } = await world.run('explain', code);
    expect(out).not.toContain('\u001B');
    expect(out.trimEnd().split('\n')).toHaveLength(2);
  });
});

describe('accounts', () => {
  it.each(['-gnl8HpHMDWrCz9hmpzmeQ', '--nl8HpHMDWrCz9hmpzmeQ'])(
    'are found by an id that begins with a hyphen: %s',
    async (id) => {
      const at = now();
      await test.database.knex('accounts').insert({ id, origin: 'admin', created_at: at, updated_at: at });
      expect(JSON.parse((await world.run('accounts', 'show', id, '--json')).out)).toMatchObject({ account: { id } });
      expect((await world.run('--json', 'accounts', 'show', '--', id)).code).toBe(0);
    },
  );

  it('are listed with masked addresses and shown whole, by id or by address', async () => {
    const id = accountId();
    const at = now();
    const { knex } = test.database;
    const profile = { name: 'Mina' };
    await knex('accounts').insert({ id, profile, origin: 'admin', created_at: at, updated_at: at });
    await knex('addresses').insert({
      canonical: 'mina@acme.example',
      stored: 'Mina@acme.example',
      account_id: id,
      verified_at: at,
    });
    await eventsOver(test.database).record({ type: 'accounts.sign_up_started', outcome: 'ok', accountId: id });
    const list = (await world.run('accounts', 'list')).out;
    expect(list).toContain(id);
    expect(list).toContain('M•••@acme.example');
    expect(list).not.toContain('Mina@');
    const byId = await world.run('accounts', 'show', id);
    expect(byId.out).toMatch(/address +Mina@acme\.example/);
    expect(byId.out).toContain('no identities');
    expect(byId.out).toContain('accounts.sign_up_started');
    expect((await world.run('accounts', 'show', 'MINA@acme.example')).out).toBe(byId.out);
    expect((await world.run('accounts', 'show', 'nobody@acme.example')).code).toBe(1);
  });
});
