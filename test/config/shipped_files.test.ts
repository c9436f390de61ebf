import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parse, stringify } from 'yaml';
import { configJsonSchema, loadConfig } from '../../src/config/index.ts';
import { limitRules } from '../../src/rate_limits/index.ts';
import { folderWith, KEY, settingsOf } from './world.ts';

const ROOT = join(import.meta.dirname, '../..');
const DEFAULT = readFileSync(join(ROOT, 'config/gatehouse.yaml'), 'utf8');
/** The default file with every setting in force that stands there as a comment. */
const EVERYTHING = DEFAULT.replace(/^(\s*)#(?=[\w-])/gm, '$1');

/** A copy of the config folder, where the default file may be replaced. */
function copy(main: string, files: Record<string, string> = {}) {
  const folder = folderWith({ 'config/gatehouse.yaml': main, ...files });
  cpSync(join(ROOT, 'assets/brand'), join(folder.path, 'assets/brand'), { recursive: true });
  return folder;
}

interface Node {
  properties?: Record<string, Node>;
  items?: Node;
  anyOf?: Node[];
}

/** Keys of the mapping language of upstreams, which has a page of its own. */
const ELSEWHERE = /^protocol\.ciba\.|^upstreams\.(claims|extra|email_trust|restrict|sources\.ok_when)\./;

function keysOf(node: Node, path = ''): string[] {
  const inner = [node.items, ...(node.anyOf ?? [])].flatMap((child) => (child ? keysOf(child, path) : []));
  const own = Object.entries(node.properties ?? {}).flatMap(([key, child]) => [
    `${path}${key}`,
    ...keysOf(child, `${path}${key}.`),
  ]);
  return [...new Set([...own, ...inner])];
}

function keysIn(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => keysIn(item, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [`${path}${key}`, ...keysIn(child, `${path}${key}.`)]);
}

describe('config/gatehouse.yaml', () => {
  it('is right as it is, with nothing set in the environment', async () => {
    const loaded = await loadConfig({}, ROOT);
    expect(loaded).toMatchObject({ ok: true, warnings: [], overrides: [], file: 'config/gatehouse.yaml' });
    expect(loaded).toMatchObject({
      settings: {
        issuer: 'http://localhost:3000',
        mode: 'development',
        upstreams: [{ id: 'google' }, { id: 'facebook' }],
      },
    });
    expect(loaded.ok && loaded.settings.database).toBeUndefined();
  });

  it('follows PORT alone', async () => {
    const loaded = await loadConfig({ PORT: '4000' }, ROOT);
    expect(loaded).toMatchObject({
      ok: true,
      warnings: [],
      settings: { issuer: 'http://localhost:4000', http: { port: 4000 } },
    });
  });

  it('shows every key there is', async () => {
    const shown = new Set(keysIn(parse(EVERYTHING)));
    // zod's own types for JSON Schema are wider than what is walked here.
    const missing = keysOf(configJsonSchema() as Node).filter(
      (key) => !shown.has(key) && !ELSEWHERE.test(key) && !isMetadatum(key),
    );
    expect(missing).toEqual([]);
  });

  it('is right with every commented setting in force', async () => {
    const folder = copy(EVERYTHING.replaceAll('/run/secrets/', ''), {
      'config/gatehouse-key': KEY,
      'config/gatehouse-salt': KEY,
      'config/apple.p8': generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
      'config/GeoLite2-City.mmdb': '',
    });
    const variables = {
      DATABASE_URL: 'postgres://localhost/gatehouse',
      SMTP_URL: 'smtp://localhost',
      MICROSOFT_CLIENT_ID: 'id-at-microsoft',
      MICROSOFT_CLIENT_SECRET: 'secret-of-microsoft',
      KAKAO_CLIENT_ID: 'id-at-kakao',
      KAKAO_CLIENT_SECRET: 'secret-of-kakao',
      KAKAO_ADMIN_KEY: 'admin-key-of-kakao',
      GITLAB_CLIENT_ID: 'id-at-gitlab',
      GITLAB_CLIENT_SECRET: 'secret-of-gitlab',
      PARTNER_SECRET: 'secret-of-the-partner',
      WIKI_SECRET: 'secret-of-the-wiki-app',
    };
    const loaded = await loadConfig(variables, folder.path);
    folder.remove();
    // The domains are an example for another policy than the default one, and mutual TLS for a process behind a proxy.
    const fromExamples = ['unused_domains', 'proxy_missing'];
    const mistakes = loaded.ok ? [] : loaded.mistakes.filter(({ rule }) => !fromExamples.includes(rule));
    expect(mistakes).toEqual([]);
  });

  it('tells the defaults truly', async () => {
    const told = parse(EVERYTHING) as Record<string, Record<string, unknown>>; // mappings, as the tests above prove
    const { metrics_port: _example, ...http } = told['http'] ?? {};
    const { protocol: shown, lifetimes, passwords, limits, outbound, development } = told;
    // A feature with keys of its own is off without them.
    const protocol = Object.fromEntries(Object.entries(shown ?? {}).filter(([, value]) => !isMapping(value)));
    const { allow: _networks, ...calls } = outbound ?? {};
    const main = 'issuer: http://localhost:3000\nmode: development\n';
    const written = (
      await settingsOf(`${main}${stringify({ http, protocol, lifetimes, passwords, outbound: calls, development })}`)
    ).settings;
    // The breach check is off unless its key is there.
    const bare = (await settingsOf(`${main}passwords: { breach_check: {} }\n`)).settings;
    expect({ ...written, limits: {} }).toEqual({ ...bare, limits: {} });
    const rules = Object.entries(limitRules).map(([name, { points, window }]) => [name, { points, window }]);
    expect(limits).toEqual({ enabled: true, ...Object.fromEntries(rules) });
  });
});

function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Metadata of the protocol that a client may have beside the keys of its template. */
function isMetadatum(key: string): boolean {
  return (
    key.startsWith('clients.') &&
    !(key.split('.')[1] ?? '').match(
      /^(client_id|name|type|client_secret|redirect_uris|post_logout_redirect_uris|first_party|require_pkce|client_uri|logo_uri|policy_uri|tos_uri)$/,
    )
  );
}

describe('config/production.example.yaml', () => {
  it('is right once its variables and files are there', async () => {
    const text = readFileSync(join(ROOT, 'config/production.example.yaml'), 'utf8');
    const names = [...text.matchAll(/\$\{file:\/run\/secrets\/([\w-]+)\}/g)].map((match) => match[1] ?? '');
    const files = Object.fromEntries(
      names.map((name) => [`config/${name}`, name.startsWith('gatehouse-') ? KEY : `secret-of-${name}-0123456789`]),
    );
    const folder = copy(text.replaceAll('/run/secrets/', ''), files);
    const variables = Object.fromEntries(
      [...text.matchAll(/\$\{([A-Z_]+)\}/g)].map((match) => [match[1] ?? '', 'value-of-0123456789-0123']),
    );
    const loaded = await loadConfig(
      { ...variables, DATABASE_URL: 'postgres://db/gatehouse', SMTP_URL: 'smtps://u:p@mail' },
      folder.path,
    );
    folder.remove();
    expect(names.length).toBeGreaterThan(2);
    expect(loaded).toMatchObject({ ok: true, warnings: [], settings: { mode: 'production' } });
  });

  it('names every variable and file that is missing', async () => {
    const loaded = await loadConfig({ GATEHOUSE_CONFIG: 'config/production.example.yaml' }, ROOT);
    const rules = loaded.ok ? [] : loaded.mistakes.map((mistake) => mistake.rule);
    expect(new Set(rules)).toEqual(new Set(['missing_variable', 'missing_file']));
    expect(rules.length).toBeGreaterThanOrEqual(8);
  });
});

describe('the JSON Schema', () => {
  const schema = z.fromJSONSchema(configJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]); // made by zod itself

  it('accepts the shipped files before substitution', async () => {
    for (const name of ['gatehouse.yaml', 'production.example.yaml', 'conformance.yaml', 'conformance-fapi.yaml']) {
      const result = schema.safeParse(withoutNothing(parse(readFileSync(join(ROOT, 'config', name), 'utf8'))));
      expect(result.error?.issues ?? []).toEqual([]);
    }
  });

  it.each([
    { signpu: {} },
    { http: { port: 'many' } },
    { mode: 'dev' },
    { clients: [{ client_id: 'wiki', redirect_uri: 'x' }] },
    { upstreams: [{ id: 'google', preset: 'goggle' }] },
  ])('refuses %j', async (part) => {
    expect(schema.safeParse({ issuer: 'http://localhost:3000', ...part }).success).toBe(false);
  });

  it('accepts a placeholder wherever a value is wanted', async () => {
    const part = { http: { port: '${PORT:-3000}' }, mode: '${MODE}', limits: { enabled: '${LIMITS}' } };
    expect(schema.safeParse({ issuer: '${ISSUER}', ...part }).success).toBe(true);
  });
});

/** A key with nothing behind it counts as absent. */
function withoutNothing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNothing);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, child]) => (child === null ? [] : [[key, withoutNothing(child)]])),
  );
}
