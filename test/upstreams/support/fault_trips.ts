import { expect } from '@jest/globals';
import { sha256 } from '../../../src/kit/random.ts';
import type { Browser, Page } from '../../support/http_browser.ts';
import type { End } from '../../flows/upstream_fault_rows.ts';
import type { AppWorld } from './app_world.ts';

/** What a trip that fails may not change, and what every trip leaves behind. */
export interface Books {
  accounts: unknown;
  lastEvent: string;
  logins: Map<string, number>;
  lines: number;
  requests: number;
}

/** Goes from the app to an upstream. The state of the trip is in the address of its page. */
export async function leave(world: AppWorld, browser: Browser, upstream: string): Promise<string> {
  await browser.open(`${world.app.url}/login`);
  await browser.submit({ upstream });
  return new URL(browser.page.url).searchParams.get('state') ?? '';
}

/** Chooses somebody there and comes back, by a redirect or by the form that goes on by itself. */
export async function comeBack(world: AppWorld, browser: Browser, who = 'ada'): Promise<Page> {
  const page = await browser.submit({ button: 'persona', tamper: { persona: who } });
  return page.url.startsWith(world.fake.base) ? browser.submit() : page;
}

export async function readBooks(world: AppWorld): Promise<Books> {
  const tables = ['accounts', 'addresses', 'identities', 'passwords', 'mailed_proofs', 'sessions'];
  const sums = tables.map(
    (table) => `(select md5(string_agg(t::text, '|' order by t::text)) from ${table} t) ${table}`,
  );
  const [accounts] = await world.query(`select ${sums.join(', ')}`);
  const [last] = await world.query('select coalesce(max(id), 0) as id from events');
  return {
    accounts,
    lastEvent: String(last?.['id']),
    logins: countsIn(await world.metrics()),
    lines: world.lines.length,
    requests: world.fake.journal.length,
  };
}

function countsIn(metrics: string): Map<string, number> {
  const counted = metrics.matchAll(/^upstream_login_total\{upstream="([^"]+)",outcome="([^"]+)"\} (\d+)$/gm);
  return new Map([...counted].map(([, upstream, outcome, count]) => [`${upstream} ${outcome}`, Number(count)]));
}

/** The page of an end. */
export function expectPage(world: AppWorld, page: Page, end: End): void {
  if (end.class === 'IN') {
    expect(page.url).toBe(`${world.app.url}/me`);
    const { userinfo } = page.json<{ userinfo: Record<string, unknown> }>();
    const { sees = {} } = end;
    return expect(Object.keys(sees).map((name) => userinfo[name])).toEqual(Object.values(sees));
  }
  if (end.class === 'ASK') return expect(page).toMatchObject({ screen: end.screen, status: 200 });
  expect(page.screen).toBe('login');
  // There is always another way, and the interaction lives.
  expect(page.upstreams).toContain('discord');
  if (end.class === 'CANCEL') return expect(page).toMatchObject({ status: 200, error: 'upstream_cancelled' });
  if (end.class === 'DENY') return expect(page).toMatchObject({ status: 403, error: undefined });
  expect(page).toMatchObject({ status: end.status, error: end.error });
  expect(page.reference).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/);
}

const isArrival = (end: End) => end.class === 'IN' || end.class === 'ASK';

/** No account changed unless somebody arrived, the events of this end, one login counted, an alarm where an admin is needed, one request for tokens at most. */
export async function expectBooks(world: AppWorld, before: Books, at: string, end: End): Promise<void> {
  const after = await readBooks(world);
  if (!isArrival(end)) expect(after.accounts).toEqual(before.accounts);
  const events = await eventsSince(world, before);
  expect(events).toMatchObject(eventsOf(end).map((event) => ({ upstream_id: at, ...event })));
  if ('skew' in end) expect(Number(skewIn(events[0])) - Number(end.skew)).toBeCloseTo(0, -1);
  const key = `${at} ${outcomeOf(end)}`;
  expect(after.logins).toEqual(new Map(before.logins).set(key, (before.logins.get(key) ?? 0) + 1));
  const alarms = world.lines.slice(before.lines).filter(({ level }) => level === 'error');
  const isAlarming = 'alert' in end && end.alert;
  expect(alarms).toMatchObject(
    isAlarming ? [{ upstream: at, reason: end.reason, msg: 'upstream needs an admin' }] : [],
  );
  // A code is redeemed once, and not at all where the callback was enough.
  const isOver = end.class === 'CANCEL' || ('reason' in end && end.reason.startsWith('callback_'));
  expect(tokenCallsSince(world, before)).toBeLessThanOrEqual(isOver ? 0 : 1);
}

/** What was kept about trips and their ends. */
export function eventsSince(world: AppWorld, { lastEvent }: Books): Promise<Record<string, unknown>[]> {
  const kinds = `type like 'upstreams.%' or type in ('sign_in.trip_cancelled', 'accounts.linking_decided')`;
  return world.query(`select * from events where id > ? and (${kinds}) order by id`, [lastEvent]);
}

export function tokenCallsSince(world: AppWorld, { requests }: Books): number {
  return world.fake.journal.slice(requests).filter(({ method, path }) => method === 'POST' && path.includes('token'))
    .length;
}

export async function isConsumed(world: AppWorld, state: string): Promise<boolean> {
  const hash = sha256(state);
  const [row] = await world.query('select consumed_at from upstream_transactions where state_hash = ?', [hash]);
  return row?.['consumed_at'] instanceof Date;
}

function eventsOf(end: End): object[] {
  if (end.class === 'CANCEL') return [{ type: 'sign_in.trip_cancelled' }];
  if (end.class === 'DENY') return [{ type: 'upstreams.person_denied', reason: 'restricted' }];
  if (end.class === 'IN' || end.class === 'ASK') {
    const tells = 'tells' in end ? [{ type: `upstreams.${end.tells}`, outcome: 'refused' }] : [];
    return [...tells, { type: 'accounts.linking_decided' }];
  }
  const { reason, security } = end;
  return [{ type: 'upstreams.answer_refused', outcome: 'failed', reason, detail: { security } }];
}

function outcomeOf(end: End): string {
  if (end.class === 'CANCEL') return 'cancelled';
  if (end.class === 'DENY') return 'denied';
  return end.class === 'IN' || end.class === 'ASK' ? 'identified' : end.error;
}

function skewIn(event: Record<string, unknown> | undefined): unknown {
  const detail = event?.['detail'];
  return typeof detail === 'object' && detail !== null && 'skew_seconds' in detail ? detail.skew_seconds : undefined;
}
