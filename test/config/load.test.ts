import { describe, expect, it } from '@jest/globals';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDevelopmentKeys, formatMistakes, loadConfig, readEnvironment } from '../../src/config/index.ts';
import { folderWith, KEY, load, mistakesOf, settingsOf } from './world.ts';

const GOOD = 'issuer: http://localhost:3000\nmode: development\n';

describe('loading', () => {
  it('fills in what the file leaves out', async () => {
    const { settings, warnings, overrides, file } = await settingsOf(GOOD);
    expect(settings).toMatchObject({
      issuer: 'http://localhost:3000',
      mode: 'development',
      http: { port: 3000, trusted_hops: 0 },
      signup: { allow: 'open' },
      development: { simulator: true, demo: true, mailbox: true, generated_keys: true },
      clients: [],
      upstreams: [],
      resources: [],
    });
    expect({ warnings, overrides, file }).toEqual({ warnings: [], overrides: [], file: 'config/gatehouse.yaml' });
  });

  it('lets each convenience of development be switched off', async () => {
    const { settings } = await settingsOf(`${GOOD}development: { demo: false }\n`);
    expect(settings.development).toEqual({ simulator: true, demo: false, mailbox: true, generated_keys: true });
  });

  it('brings no convenience in production', async () => {
    const { settings } = await settingsOf(
      `issuer: https://id.acme.example\nencryption_key: [${KEY}, ${KEY}]\nsubject_salt: ${KEY}\nmail: { smtp: "smtp://localhost" }\n`,
    );
    expect(settings.mode).toBe('production');
    expect(Object.values(settings.development)).toEqual([false, false, false, false]);
    expect(settings.encryption_key?.map((key) => key.length)).toEqual([32, 32]);
    expect(settings.subject_salt).toEqual(Buffer.alloc(32, 7));
  });

  it('adds the clients and upstreams of the folders beside the file, in the order of their names', async () => {
    const { settings } = await settingsOf(
      `${GOOD}clients:\n  - { client_id: first, type: service, client_secret: s1 }\n`,
      { SECRET: 's2' },
      {
        'config/clients/b.yaml':
          '- { client_id: third, type: service, client_secret: s3 }\n- { client_id: fourth, type: service, client_secret: s4 }\n',
        'config/clients/a.yml': 'client_id: second\ntype: service\nclient_secret: ${SECRET}\n',
        'config/clients/notes.txt': 'not: ours',
        'config/clients/empty.yaml': '# nothing yet\n',
        'config/upstreams/google.yaml':
          'id: google\npreset: google\nclient_id: abc\nclient_secret: ${file:google.secret}\n',
        'config/upstreams/google.secret': 'beside\n',
      },
    );
    expect(settings.clients.map((client) => client.client_id)).toEqual(['first', 'second', 'third', 'fourth']);
    expect(settings.clients[1]?.client_secret).toBe('s2');
    expect(settings.upstreams[0]?.client_secret).toBe('beside');
  });

  it('points into the very file of the folder', async () => {
    const files = {
      'config/clients/a.yaml': 'client_id: wiki\ntype: spa\nredirect_uris: ["https://a.example/"]\nfirst_part: true\n',
      'config/clients/b.yaml':
        '- client_id: blog\n  type: spa\n  redirect_uris: ["https://a.example/"]\n- client_id: wiki\n  type: sap\n',
    };
    const lines = (await mistakesOf(GOOD, {}, files)).split('\n');
    expect(lines[0]).toMatch(
      /^config\/clients\/a\.yaml:4:1 unknown_key clients\[0\]\.first_part: .*did you mean first_party\?$/,
    );
    expect(lines[1]).toMatch(/^config\/clients\/b\.yaml:4:14 duplicate_id /);
    expect(lines[2]).toMatch(/^config\/clients\/b\.yaml:5:9 wrong_value .*did you mean spa\?$/);
    expect(lines).toHaveLength(3);
  });

  it('reports the broken syntax of all files', async () => {
    const text = await mistakesOf(`${GOOD}http: [\n`, {}, { 'config/clients/a.yaml': 'a: b: c\n' });
    expect(text.split('\n').map((line) => line.replace(/:\d.*/, ''))).toEqual([
      'config/clients/a.yaml',
      'config/gatehouse.yaml',
    ]);
  });

  it('makes the paths of pictures absolute', async () => {
    const folder = folderWith({
      'config/gatehouse.yaml': `${GOOD}brand: { logo: ./brand/a.svg }\n`,
      'config/brand/a.svg': '<svg/>',
    });
    const loaded = await loadConfig({}, folder.path);
    expect(loaded).toMatchObject({ ok: true, settings: { brand: { logo: join(folder.path, 'config/brand/a.svg') } } });
    folder.remove();
  });

  it('finds a picture that the start would refuse', async () => {
    const config = `${GOOD}brand: { logo: ./a.svg, logo_dark: ./b.svg }\n`;
    const found = async (files: Record<string, string>) => (await mistakesOf(config, {}, files)).split('\n');
    const most = 512 * 1024;
    expect(await found({ 'config/a.svg': 'x'.repeat(most), 'config/b.svg': 'x'.repeat(most + 1) })).toEqual([
      expect.stringMatching(/:3:36 wrong_value brand\.logo_dark: .*too large.*accepted: 512 kB at most/),
    ]);
    // A folder is no picture either.
    expect(await found({ 'config/a.svg': '<svg/>', 'config/b.svg/c': '' })).toEqual([
      expect.stringMatching(/ missing_file brand\.logo_dark: /),
    ]);
  });

  it('warns of a loopback port that nobody listens on, of upstreams that are trusted far, and of an embedded database in production', async () => {
    const rules = async (config: string) =>
      (await settingsOf(config)).warnings.map(({ line, column, rule }) => `${line}:${column} ${rule}`);
    expect(await rules(GOOD.replace('3000', '4000'))).toEqual(['1:9 issuer_port']);
    expect(await rules(GOOD.replace('http:', 'https:').replace('3000', '4000'))).toEqual([]);
    expect(await rules(`${GOOD}\nhttp: { host: 0.0.0.0 }\n`)).toEqual([expect.stringMatching(/ exposed_development$/)]);
    const google = (setting: string) => rules(`${GOOD}upstreams:\n  - { id: google, preset: google, ${setting} }\n`);
    expect(await google('linking: verified')).toEqual(['4:44 linking_verified']);
    expect(await google('email_trust: authoritative')).toEqual(['4:48 email_trusted']);
    expect(await google('pkce: off')).toEqual(['4:41 pkce_off']);
    expect(await google('enabled: false, linking: verified')).toEqual([]);
    const production = `issuer: https://id.acme.example\nmode: production\nencryption_key: ${KEY}\nsubject_salt: ${KEY}\nmail: { smtp: "smtp://h" }\n`;
    expect(await rules(production)).toEqual(['2:7 embedded_database']);
    expect(await rules(`${production}database: { url: "postgres://h/d" }\n`)).toEqual([]);
  });
});

describe('the environment', () => {
  it('wins over the file and says so, without showing the database URL', async () => {
    const { settings, overrides } = await settingsOf(`${GOOD}http: { port: 3000 }\n`, {
      PORT: '4000',
      HOST: '0.0.0.0',
      ISSUER: 'http://localhost:4000',
      DATABASE_URL: 'postgres://me:secret@db/gatehouse',
    });
    expect(settings).toMatchObject({
      issuer: 'http://localhost:4000',
      http: { port: 4000, host: '0.0.0.0' },
      database: { url: 'postgres://me:secret@db/gatehouse' },
    });
    expect(overrides).toEqual([
      'http.port is 4000, from the environment variable PORT',
      'http.host is 0.0.0.0, from the environment variable HOST',
      'issuer is http://localhost:4000, from the environment variable ISSUER',
      'database.url comes from the environment variable DATABASE_URL',
    ]);
  });

  it('is silent about a variable that says what the file says, or nothing', async () => {
    expect((await settingsOf(`${GOOD}http: { port: 3000 }\n`, { PORT: '3000', HOST: '' })).overrides).toEqual([]);
  });

  it('is blamed for its own mistakes', async () => {
    expect(await mistakesOf(GOOD, { PORT: 'http' })).toBe(
      'environment variable PORT wrong_type http.port: found "http"; accepted: a whole number from 1 to 65535',
    );
    expect(await mistakesOf(GOOD, { DATABASE_URL: 'mysql://u:hunter2@h' })).not.toContain('hunter2');
  });

  it('may name the port that the scheme of the issuer implies', async () => {
    const shipped = GOOD.replace('3000', '${PORT:-3000}');
    const { settings, warnings } = await settingsOf(shipped, { PORT: '80' });
    expect(settings).toMatchObject({ issuer: 'http://localhost', http: { port: 80 } });
    expect(warnings).toEqual([]);
    const https = { ISSUER: 'https://localhost:443', PORT: '443' };
    expect((await settingsOf(shipped, https)).settings.issuer).toBe('https://localhost');
    expect(await mistakesOf(shipped, { ISSUER: 'http://LOCALHOST:80' })).toContain('issuer_spelling');
  });

  it.each(['http', '70000', '0', '-1', '3000.5'])(
    'is blamed once for PORT=%s, also where it spoils the issuer',
    async (port) => {
      const text = await mistakesOf(GOOD.replace('3000', '${PORT:-3000}'), { PORT: port });
      expect(text).toMatch(/^environment variable PORT wrong_\w+ http\.port: .*$/);
    },
  );

  it('is warned of for a LOG_LEVEL that is none', async () => {
    const { warnings } = await settingsOf(GOOD, { LOG_LEVEL: 'inof' });
    expect(formatMistakes(warnings)).toBe(
      'environment variable LOG_LEVEL wrong_value: this is no level, and info is taken; found "inof"; ' +
        'accepted: trace, debug, info, warn, error, fatal, silent; did you mean info?',
    );
    expect((await settingsOf(GOOD, { LOG_LEVEL: 'WARN' })).warnings).toEqual([]);
  });

  it('names the config file and the data folder, from the working directory', async () => {
    expect(readEnvironment({}, '/srv')).toMatchObject({
      configFile: '/srv/config/gatehouse.yaml',
      dataDir: '/srv/.data',
      logLevel: 'info',
    });
    const own = { GATEHOUSE_CONFIG: '/etc/g.yaml', GATEHOUSE_DATA: 'data', LOG_LEVEL: 'DEBUG' };
    expect(readEnvironment(own, '/srv')).toMatchObject({
      configFile: '/etc/g.yaml',
      dataDir: '/srv/data',
      logLevel: 'debug',
    });
  });

  it('does not listen to NODE_ENV or to a .env file', async () => {
    const folder = folderWith({ 'config/gatehouse.yaml': GOOD, '.env': 'PORT=4000\nISSUER=http://localhost:4000\n' });
    const loaded = await loadConfig({ NODE_ENV: 'production' }, folder.path);
    expect(loaded).toMatchObject({ ok: true, overrides: [], settings: { mode: 'development', http: { port: 3000 } } });
    folder.remove();
  });
});

describe('the hash', () => {
  const hash = async (config: string, variables: NodeJS.ProcessEnv = {}) => (await settingsOf(config, variables)).hash;
  const withSecret = `${GOOD}upstreams:\n  - { id: google, preset: google, client_id: a, client_secret: "\${S}" }\n`;

  it('is the same for the same settings in another order and in other words', async () => {
    expect(await hash(`mode: development\nissuer: "http://localhost:3000"\n`)).toBe(
      await hash(`${GOOD}signup:\n  allow: open # the default\n`),
    );
  });

  it('changes with a setting, but not with a secret', async () => {
    expect(await hash(`${GOOD}signup: { allow: closed }\n`)).not.toBe(await hash(GOOD));
    expect(await hash(withSecret, { S: 'one' })).toBe(await hash(withSecret, { S: 'two' }));
  });

  it('changes with the end of a secret, but not with the secret', async () => {
    const app = (secret: string) =>
      `${GOOD}clients: [{ client_id: job, type: service, client_secrets: [${secret}] }]\n`;
    const first = await hash(app('{ value: one-secret-of-the-app-012345 }'));
    expect(await hash(app('{ value: two-secret-of-the-app-012345 }'))).toBe(first);
    expect(await hash(app('{ value: one-secret-of-the-app-012345, expires_at: 2099-01-01 }'))).not.toBe(first);
  });

  it('is the same in every folder', async () => {
    const files = { 'config/a.svg': '<svg/>' };
    const config = `${GOOD}brand: { logo: a.svg }\n`;
    expect((await settingsOf(config, {}, files)).hash).toBe((await settingsOf(config, {}, files)).hash);
  });
});

describe('development keys', () => {
  it('are generated once, for this account only, and used again', async () => {
    const folder = folderWith({});
    const first = ensureDevelopmentKeys({}, folder.path);
    expect(first.encryption_key.map((key) => key.length)).toEqual([32]);
    expect(first.subject_salt.equals(first.encryption_key[0] ?? Buffer.of())).toBe(false);
    expect(ensureDevelopmentKeys({}, folder.path)).toEqual(first);
    expect(statSync(join(folder.path, 'keys')).mode & 0o777).toBe(0o700);
    for (const name of ['encryption_key', 'subject_salt']) {
      expect(statSync(join(folder.path, 'keys', name)).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(folder.path, 'keys', name), 'utf8')).toMatch(/^[\w+/]{43}=\n$/);
    }
    folder.remove();
  });

  it('give way to those of the config file', async () => {
    const folder = folderWith({});
    const loaded = await load(`${GOOD}encryption_key: ${KEY}\nsubject_salt: ${KEY}\n`);
    if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
    expect(ensureDevelopmentKeys(loaded.settings, folder.path)).toEqual({
      encryption_key: [Buffer.alloc(32, 7)],
      subject_salt: Buffer.alloc(32, 7),
    });
    expect(() => statSync(join(folder.path, 'keys'))).toThrow('ENOENT');
    folder.remove();
  });

  it('are never replaced when their file is damaged', async () => {
    const folder = folderWith({});
    mkdirSync(join(folder.path, 'keys'));
    writeFileSync(join(folder.path, 'keys', 'subject_salt'), 'short');
    expect(() => ensureDevelopmentKeys({}, folder.path)).toThrow(/subject_salt is damaged/);
    expect(readFileSync(join(folder.path, 'keys', 'subject_salt'), 'utf8')).toBe('short');
    folder.remove();
  });
});
