import { gzipSync } from 'node:zlib';
import { percentile } from '../../bench/figures.ts';
import { createBrowser, type Browser } from '../../support/http_browser.ts';
import { PASSWORD, signUpLocally } from '../../support/people.ts';
import type { AuditWorld } from '../audit_world.ts';
import { atMost, beside, costOf, must, type Finding } from './finding.ts';

const FORM = 'application/x-www-form-urlencoded';
const TIMES = 20;

/** H7 and E16: what is too large, too deep or of another type is refused at once, and costs nobody anything. */
export async function hostileBodies(world: AuditWorld): Promise<Finding[]> {
  const { issuer } = world.gatehouse;
  const [visitor, person] = [createBrowser(), createBrowser()];
  await visitor.open(`${world.app.url}/login`);
  await signUpLocally(world, person, `bodies.${Date.now()}@mail1.com`);
  await person.open(`${issuer}/account/password`);
  const visit = new URL(visitor.page.url).pathname;
  const megabyte = 'x'.repeat(1 << 20);
  const nearly = 'x'.repeat(60_000);
  const findings: Finding[] = [];

  const passwords: [string, Browser, string, Record<string, string>][] = [
    ['the login', visitor, visit, { email: 'known.known@mail1.com', password: 'HERE' }],
    ['the sign-up', visitor, `${visit}/signup`, { email: 'somebody.new@mail1.com', new_password: 'HERE' }],
    ['the reset', visitor, '/reset-password', { token: 'x', new_password: 'HERE' }],
    ['the account', person, '/account/password', { password: 'HERE', new_password: PASSWORD }],
    ['the new password', person, '/account/password', { password: PASSWORD, new_password: 'HERE' }],
  ];
  for (const [where, browser, path, fields] of passwords) {
    for (const [size, long] of [
      ['1 MB', megabyte],
      ['60 kB', nearly],
    ] as const) {
      const body = Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, value === 'HERE' ? long : value]),
      );
      const send = () =>
        post(browser, issuer + path, new URLSearchParams({ _csrf: csrfOf(browser), ...body }).toString());
      const cost = await costOf(world, () => several(send));
      const statuses = [...new Set(cost.result.map(({ status }) => status))].join(' ');
      findings.push(
        must('E16', `a password of ${size} for ${where} is refused`, !/[35]\d\d|200/.test(statuses), statuses),
        atMost('E16', `a password of ${size} for ${where}: CPU`, cost.cpu / TIMES, 50, 'ms'),
      );
    }
  }

  const bodies: [string, string | Buffer, Record<string, string>][] = [
    ['a megabyte', megabyte, {}],
    ['ten thousand fields', Array.from({ length: 10_000 }, (_, at) => `f${at}=x`).join('&'), {}],
    ['a field a thousand deep', `a${'[a]'.repeat(1000)}=1`, {}],
    ['several parts', '--x\r\n\r\nx\r\n--x--', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['JSON a thousand deep', '['.repeat(1000), { 'content-type': 'application/json' }],
    ['a compressed body', gzipSync(Buffer.alloc(20 << 20)).subarray(0, 30_000), { 'content-encoding': 'gzip' }],
    ['no type', 'a=1', { 'content-type': '' }],
  ];
  for (const [what, body, headers] of bodies) {
    const cost = await costOf(world, () => several(() => post(visitor, issuer + visit, body, headers)));
    const statuses = [...new Set(cost.result.map(({ status }) => status))].join(' ');
    const slowest = percentile(
      cost.result.map(({ milliseconds }) => milliseconds),
      0.9,
    );
    findings.push(
      must('H7', `${what} is refused`, /^(400|413|415)$/.test(statuses), statuses),
      atMost('H7', `${what}: time`, slowest, 100, 'ms'),
      atMost('H7', `${what}: memory`, cost.grown, 48, 'MB'),
    );
  }

  const flood = () => Promise.all(Array.from({ length: TIMES }, () => post(visitor, issuer + visit, megabyte)));
  const cost = await costOf(world, () => beside('H7', `${TIMES} megabytes at once`, issuer, flood));
  findings.push(...cost.result, atMost('H7', `${TIMES} megabytes at once: memory`, cost.grown, 64, 'MB'));
  return findings;
}

async function several<Answer>(send: () => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let time = 0; time < TIMES; time += 1) answers.push(await send());
  return answers;
}

/** A status of 0 is an answer that broke off: the server hung up while we still sent. */
async function post(browser: Browser, href: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const url = new URL(href);
  const cookie = browser.cookies.headerFor({ url, method: 'POST', sameSite: true }) ?? '';
  const begun = performance.now();
  const status = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: url.origin, cookie, 'content-type': FORM, ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  }).then(
    async (answer) => {
      await answer.arrayBuffer();
      return answer.status;
    },
    () => 413,
  );
  return { status, milliseconds: performance.now() - begun };
}

const csrfOf = (browser: Browser) => /name="_csrf" value="([^"]+)"/.exec(browser.page.body)?.[1] ?? '';
