import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { CLIENT_SECRET, startWorld, type World } from '../support/world.ts';
import { createBrowser } from '../support/http_browser.ts';
import { PASSWORD, signUpLocally } from '../support/people.ts';
import { SERVICE } from './bench_world.ts';
import { chartOf } from './chart.ts';
import { isWork, statementsOf, type RunStatement } from './database_counts.ts';
import { accessesOf, distribution, strayOf } from './distribution.ts';
import { runOpenLap } from './hot/load.ts';
import { operations, tokens, type Target } from './hot/operations.ts';
import { seededKeys } from './hot/seeded_keys.ts';
import { plainHttpAnywhere } from './plain_http.ts';
import type { Report } from './results.ts';
import { sectionOf } from './readme.ts';
import { seededTarget } from './stage.ts';
import { signInAt } from './target/browse.ts';
import { products } from './target/products.ts';
import { measureTarget } from './target/target.ts';

const ROWS = 20;
const PERSON = { product: products['gatehouse'] ?? { username: '', password: '' }, password: PASSWORD };
const TINY = { warmUp: 20, lap: 20, pairs: 5, more: 20 };
const quiet = { at() {}, end() {} };

describe('a bench over a full database', () => {
  let world: World;
  let target: Target;
  const email = 'bench@example.com';
  beforeAll(async () => {
    const count = new URL('statement_count.mjs', import.meta.url).href;
    world = await startWorld({
      clients: [{ ...SERVICE, name: 'Service', type: 'service' }],
      settings: { limits: { enabled: false } },
      environment: { NODE_OPTIONS: `--import ${count}`, GATEHOUSE_TEST_CLOCK: '' },
    });
    await signUpLocally(world, createBrowser(), email);
    const { seeds, ...data } = await seededTarget({ ...world, email, databaseUrl: world.line.url }, ROWS, quiet);
    target = { ...data, http: plainHttpAnywhere(), ...(seeds && { keys: seededKeys(seeds) }) };
  });
  afterAll(() => world.stop());

  it.each(operations)('$name is answered with the keys of rows that were laid in', async ({ begin }) => {
    const step = await begin(target);
    expect([await step(), await step(), await step()]).toEqual([true, true, true]);
  });

  it('ends a code flow with a refresh token, too', async () => {
    expect((await tokens(target)).refresh_token).not.toBe('undefined');
  });

  it('lets people sign in whose accounts were laid in', async () => {
    const username = target.keys?.address() ?? '';
    expect(username).toMatch(/^seeded-/);
    expect((await signInAt(target, { ...PERSON, username })).location).toContain('code=');
  });

  /** What the hot operations ask of the database, as the server itself has seen it. */
  const asked = async (): Promise<RunStatement[]> => {
    await statementsOf(world.gatehouse);
    for (const { begin } of operations) await (await begin(target))();
    await signInAt(target, { ...PERSON, username: target.keys?.address() ?? '' });
    const ran = (await statementsOf(world.gatehouse)).filter(isWork);
    return ran.filter(({ name, text }) => !ofTheServer.some((itself) => itself.test(name) || itself.test(text)));
  };
  /** What the server asks by itself, whoever comes meanwhile: queues, sweeps, keys. */
  const ofTheServer = [/_(claim|ping|sweep)$/, /^with ("sweep|mine)/, /from signing_keys/, /"delete_at" <=?/];

  it('finds every row of a hot operation by the key that the rows would be distributed by', async () => {
    const statements = await asked();
    const names = statements.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['access_tokens_find', 'refresh_tokens_consume', 'sessions_find']));
    const strays: string[] = [];
    for (const { name, text } of statements) {
      const strayed = (await planOf(text)).flatMap((plan) => strayOf(plan) ?? []);
      strays.push(...strayed.map((sentence) => `${name || text}: ${sentence}`));
    }
    expect(strays).toEqual([]);
  });

  const planOf = async (text: string) => {
    const client = new pg.Client(world.line.url);
    await client.connect();
    try {
      // On tables of no size it would read all of them.
      for (const what of ['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin', 'material'])
        await client.query(`set enable_${what} = off`);
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Parameters<typeof accessesOf>[0] }] }>(
        `explain (generic_plan, format json) ${text}`,
      );
      return rows.flatMap(({ 'QUERY PLAN': [{ Plan: plan }] }) => accessesOf(plan));
    } finally {
      await client.end();
    }
  };

  it('drives a provider by its discovery document alone, and says what that leaves out', async () => {
    const results = await measureTarget({
      issuer: world.gatehouse.issuer,
      client: { client_id: 'app', client_secret: CLIENT_SECRET, redirectUri: target.callback },
      person: { ...PERSON, username: email },
      pids: [world.gatehouse.pid],
      pace: TINY,
      only: ['userinfo', 'jwks', 'password'],
    });
    expect(results.operations.map(({ operation }) => operation)).toEqual(['userinfo', 'jwks', 'password']);
    expect(results.failed).toBe(0);
    for (const { ours } of results.operations) expect(ours.rate).toBeGreaterThan(0);
  });

  it('times an arrival of an open loop from when it was to begin, not from when a lane was free', async () => {
    const slow = () => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 40));
    // Some twenty arrive; that fewer than three do, as few as this needs, happens once in millions of runs.
    const { latencies } = await runOpenLap([slow], 100, 200);
    expect(Math.max(...latencies)).toBeGreaterThan(80);
  });
});

describe('what is written about a bench', () => {
  const load = { concurrency: 32, rate: 1000, p50: 1, p99: 2, node: 300, postgres: 100 };
  const judged = { goal: 'code', median: 1.2, low: 1.1, high: 1.35 } as const;
  const report: Report = {
    date: '2026-11-22',
    machine: { cores: 2, cpu: 'a processor', memory: 8, load: 0.1, node: 'v24', postgres: '18' },
    rows: 1_000_000,
    concurrency: 32,
    pairs: 9,
    settings: { shared_buffers: '1GB' },
    operations: [{ operation: 'code', ours: load, yardstick: load, judged, more: [], failed: 0 }],
    figures: [{ name: 'start', text: '0.8 s', judged: { goal: 'start', median: 0.8, low: 0.7, high: 0.9 } }],
    failed: 0,
  };

  it('calls a figure missed when the far end of its interval is beyond it, though the median is not', () => {
    expect(sectionOf(report)).toMatch(/Missed: code\.$/m);
    expect(sectionOf(report)).toContain('0.80 (0.70 to 0.90)');
  });

  it('is drawn with a bar for each ratio, and no bar for a time', () => {
    const chart = chartOf(report);
    expect([...chart.matchAll(/<rect class="(\w+)"/g)].map(([, kind]) => kind)).toEqual(['missed']);
    expect(chart).toContain('prefers-color-scheme: dark');
  });

  it('has its place in README.md, and the table of distribution in docs/scale.md', () => {
    const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    expect(read('README.md')).toMatch(/<!-- bench: .* -->[\s\S]*<!-- end of bench -->/);
    const rows = [...read('docs/scale.md').matchAll(/^\| `(\w+)` +\| `(\w+)`(?:, `(\w+)`)? +\| (.*?) +\|$/gm)];
    expect(rows.map(([, table, by, leads, found]) => ({ table, by, ...(leads && { leads: [leads] }), found }))).toEqual(
      distribution,
    );
  });
});
