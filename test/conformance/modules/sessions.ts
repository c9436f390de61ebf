import type { JWTPayload } from 'jose';
import { clientFor } from '../clients.ts';
import { happy, type Granted, type Params } from '../flow.ts';
import { newPerson } from '../person.ts';
import { demand, type Play, type Run } from '../run.ts';
import { refusedSilently } from './requests.ts';

/** One browser, two authorizations of one client, so many seconds apart. */
async function twice(
  run: Run,
  second: (first: Granted) => Params,
  { apart = 0, first: firstParams = {} }: { apart?: number; first?: Params } = {},
): Promise<{ first: Granted; second: Granted }> {
  const client = await clientFor(run);
  const person = newPerson();
  const first = await happy(run, { client, person, params: firstParams });
  if (apart > 0) run.stage.passTime(apart);
  const again = await happy(run, { client, person, params: second(first) });
  run.expect(first.claims.sub === again.claims.sub, 'both are about the same person');
  return { first, second: again };
}

const authTime = (claims: JWTPayload) => Number(claims['auth_time'] ?? Number.NaN);

function expectNewLogin(run: Run, { first, second }: { first: Granted; second: Granted }): void {
  run.expect(second.arrival.screens.includes('reauthenticate'), 'the person is asked to sign in again');
  const [before, after] = [authTime(first.claims), authTime(second.claims)];
  run.expect(Number.isNaN(before) || after > before, 'auth_time is later than before');
  run.expect(Number.isNaN(after) || Math.abs(after - run.stage.now() / 1000) < 60, 'auth_time is a moment ago');
}

function expectSilence(run: Run, { first, second }: { first: Granted; second: Granted }): void {
  run.expect(second.arrival.screens.length === 0, `no page is shown; it was ${second.arrival.screens.join(', ')}`);
  const [before, after] = [authTime(first.claims), authTime(second.claims)];
  run.expect(Number.isNaN(before) || Number.isNaN(after) || before === after, 'auth_time is the one of before');
}

async function maxAge1(run: Run): Promise<void> {
  const both = await twice(run, () => ({ max_age: '1' }), { apart: 2 });
  demand(both.second.claims['auth_time'] !== undefined, 'auth_time is in the ID token when max_age was sent');
  expectNewLogin(run, both);
}

async function maxAge10000(run: Run): Promise<void> {
  const both = await twice(run, () => ({ max_age: '10000' }), { apart: 1 });
  run.expect(both.second.claims['auth_time'] !== undefined, 'auth_time is in the ID token when max_age was sent');
  expectSilence(run, both);
}

/** Sessions, new logins and silence (OIDC Core 3.1.2.1 prompt, max_age, id_token_hint, login_hint; 3.1.2.3). */
export const sessions: Record<string, Play> = {
  'oidcc-prompt-login': async (run) => expectNewLogin(run, await twice(run, () => ({ prompt: 'login' }), { apart: 2 })),
  'oidcc-prompt-none-not-logged-in': async (run) => refusedSilently(run, { client: await clientFor(run) }),
  'oidcc-prompt-none-logged-in': async (run) => expectSilence(run, await twice(run, () => ({ prompt: 'none' }))),
  'oidcc-id-token-hint': async (run) =>
    expectSilence(run, await twice(run, ({ idToken }) => ({ prompt: 'none', id_token_hint: idToken }))),
  'oidcc-max-age-1': maxAge1,
  'oidcc-max-age-10000': maxAge10000,
  'oidcc-login-hint': (run) => happy(run, { params: { login_hint: `buffy@${new URL(run.stage.issuer).hostname}` } }),
};
