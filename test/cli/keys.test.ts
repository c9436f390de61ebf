import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatMistakes, loadConfig } from '../../src/config/index.ts';
import { keySettings } from '../../src/keys/index.ts';
import { testDatabase } from '../support/database.ts';
import { worldWith, type World } from './world.ts';

const guide = readFileSync(new URL('../../docs/keys.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...guide.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, example]) => example ?? '');
const HEAD = 'issuer: http://localhost:3000\nmode: development\n';

interface Listed {
  kind: string;
  id: string;
  state: string;
}

let world: World;
let test: Awaited<ReturnType<typeof testDatabase>>;

async function listed(): Promise<Listed[]> {
  return JSON.parse((await world.run('keys', 'list', '--json')).out) as Listed[];
}
const signing = async (kind: string) =>
  (await listed()).find((key) => key.kind === kind && key.state === 'signing')?.id ?? '';

beforeAll(async () => {
  test = await testDatabase();
  world = worldWith(`${HEAD}database: { url: "${test.url}" }\n`);
});
afterAll(async () => {
  world.remove();
  await test.drop();
});

describe('docs/keys.md', () => {
  it('has commands that work one after the other, with yes to every question', async () => {
    const lines = blocks('sh').flatMap((block) => block.trim().split('\n'));
    expect(lines.length).toBeGreaterThan(12);
    await world.run('keys', 'rotate');
    for (const line of lines) {
      const keys = { '<kid>': await signing('RS256'), '<cookie key>': await signing('cookie') };
      const known = Object.entries(keys).reduce((text, [name, id]) => text.replace(name, id), line);
      const [program, ...argv] = [...known.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
      expect(program).toBe('./gatehouse');
      expect({ line, ...(await world.runAt({ typed: 'yes\n', isTTY: true }, ...argv)) }).toMatchObject({
        line,
        code: 0,
      });
    }
  });

  it.each(blocks('yaml'))('has examples that the config check accepts: %s', async (example) => {
    for (const name of ['gatehouse-key', 'gatehouse-key-new'])
      writeFileSync(join(world.cwd, name), randomBytes(32).toString('base64'));
    const file = join(world.cwd, 'example.yaml');
    writeFileSync(file, HEAD + example.replaceAll('/run/secrets', world.cwd));
    const environment = { GATEHOUSE_CONFIG: file, WIKI_SECRET: 'x'.repeat(40), GATEHOUSE_DATA: world.cwd };
    const config = await loadConfig(environment, world.cwd);
    expect(config.ok ? '' : formatMistakes(config.mistakes)).toBe('');
  });

  it('says the numbers that are in force', () => {
    expect(keySettings.parse({})).toEqual({ rotate_every: 90 * 86_400, publish_ahead: 86_400 });
    expect(blocks('yaml')[0]).toBe('keys:\n  rotate_every: 90d\n  publish_ahead: 1d\n');
  });
});

describe('keys', () => {
  it('are listed with their state and what comes next, and with nothing secret', async () => {
    await world.run('keys', 'rotate');
    const { out, code } = await world.run('keys', 'list');
    expect(code).toBe(0);
    expect(out).toMatch(/^KIND +ID +STATE +PUBLISHED +WHAT COMES\n/);
    expect(out).toMatch(/RS256 +\S{43} +published +\S+Z +signs from \S+Z/);
    expect(out).toMatch(/cookie +\S{16} +signing +\S+Z +has signed since \S+Z/);
    const rows = await test.database.knex('signing_keys').whereNot('private_key', '').pluck('private_key');
    const all =
      out + (await world.run('keys', 'list', '--json')).out + JSON.stringify(await test.database.knex('events'));
    expect(rows.filter((sealed: string) => all.includes(sealed))).toEqual([]);
    expect(all).not.toMatch(/"(d|p|q|private_key|secret)":/);
  });

  it('are rotated once, however often that is said', async () => {
    const first = await world.run('keys', 'rotate', '--kind', 'ES256', '--json');
    const again = await world.run('keys', 'rotate', '--kind', 'ES256');
    const [next] = JSON.parse(first.out) as [{ id: string; signsFrom: string }];
    expect(again.out).toBe(`ES256  ${next.id} was already published, and signs from ${next.signsFrom}\n`);
    expect((await world.run('keys', 'rotate', '--kind', 'HS256')).code).toBe(2);
  });

  it('are never dropped before somebody was told what that does, and agreed', async () => {
    const cookie = await signing('cookie');
    const nobody = await world.run('keys', 'retire', cookie, '--now');
    expect(nobody).toMatchObject({ code: 2, err: 'nobody can be asked here: say --yes to drop the key\n' });
    const no = await world.runAt({ typed: 'no\n', isTTY: true }, 'keys', 'retire', cookie, '--now');
    expect(no.code).toBe(1);
    expect(no.err).toMatch(
      /^Everybody whose cookies it signed is signed out.*\nDrop \S+\? \[yes\/no\] nothing was dropped\n$/,
    );
    expect(await signing('cookie')).toBe(cookie);
    const yes = await world.run('keys', 'retire', cookie, '--now', '--yes');
    expect(yes).toMatchObject({ code: 0, out: `${cookie} is gone; ${await signing('cookie')} signs in its place\n` });
    expect(yes.err).toMatch(/^Everybody whose cookies it signed is signed out/);
  });

  it.each([`-9${'a'.repeat(14)}`, `-o${'a'.repeat(41)}`, `--${'a'.repeat(41)}`])(
    'are meant by an id that begins with a hyphen: %s',
    async (id) => {
      expect((await world.run('keys', 'retire', id)).err).toContain(`there is no key ${id}`);
    },
  );

  it('that are needed stay, with the reason', async () => {
    const kid = await signing('RS256');
    expect((await world.run('keys', 'retire', kid)).err).toContain('is in use: ./gatehouse keys rotate');
    expect((await world.run('keys', 'retire', 'forms')).err).toBe('forms is in use: --now makes it anew\n');
    expect((await world.run('keys', 'retire', 'nothing')).err).toContain('there is no key nothing');
    const gone = (await listed()).find(({ state }) => state === 'gone')?.id ?? '';
    expect((await world.run('keys', 'retire', gone)).err).toBe(`${gone} is gone already\n`);
    expect(await signing('RS256')).toBe(kid);
  });
});
