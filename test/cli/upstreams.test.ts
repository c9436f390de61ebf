import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePortPair } from '../support/gatehouse.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { startFakeUpstream, transportFaults, type FakeUpstream } from '../upstreams/support/fake_upstream.ts';
import { worldWith, type World } from './world.ts';

const ISSUER = 'http://localhost:3000';

let upstream: FakeUpstream;
let world: World;

beforeAll(async () => {
  upstream = await startFakeUpstream({ issuer: ISSUER });
  world = worldWith('');
});
afterEach(() => {
  useRealClock();
  upstream.honest();
});
afterAll(async () => {
  world.remove();
  await upstream.close();
});

/** The partner as it should be, with `changes` laid over. */
function configure(changes: Record<string, string> = {}, development = ''): void {
  const { id, secret } = upstream.clients.partner;
  const partner = {
    id: 'partner',
    preset: 'oidc',
    issuer: upstream.issuer,
    client_id: id,
    client_secret: secret,
    ...changes,
  };
  const upstreams = JSON.stringify([{ id: 'google', preset: 'google' }, partner]);
  world.write(`issuer: ${ISSUER}\nmode: development\nupstreams: ${upstreams}\n${development}`);
}

interface Tested {
  findings: { check: string; ok: boolean; says: string; mend?: string }[];
  authorization_url?: string;
}

async function test(id = 'partner'): Promise<{ code: number; tested: Tested }> {
  const { code, out } = await world.run('upstreams', 'test', id, '--json');
  return { code, tested: JSON.parse(out) as Tested };
}

const findingOf = ({ findings }: Tested, check: string) => findings.find((finding) => finding.check === check);

describe('upstreams list', () => {
  it('says what each of them asks, reads and believes, and what to register there', async () => {
    configure({ email_trust: 'verified', logout: 'rp-initiated' });
    const { code, out } = await world.run('upstreams', 'list', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      { id: 'google', name: 'Google', state: 'simulated', email_trust: ['authoritative', 'verified', 'unverified'] },
      {
        id: 'partner',
        preset: 'oidc',
        name: 'partner',
        state: 'on',
        linking: 'authoritative',
        email_trust: ['verified', 'unverified'],
        callback_url: `${ISSUER}/upstream/partner/callback`,
        events: { url: `${ISSUER}/upstream/partner/events`, where: expect.stringContaining('backchannel_logout_uri') },
        signed_out_url: `${ISSUER}/upstream/partner/signed-out`,
        scopes: ['openid', 'email', 'profile'],
        fields: expect.arrayContaining(['id.sub', 'user.email']),
      },
    ]);
  });

  it('says of a preset that was never run against the live provider that it was not', async () => {
    configure();
    expect((await world.run('upstreams', 'list')).out).toMatch(/checked +against documentation of .*, never live/);
  });

  it('says which are off', async () => {
    configure({}, 'development: { simulator: false }');
    world.write(`issuer: ${ISSUER}\nmode: development\nupstreams: [{ id: google, preset: google, enabled: false }]\n`);
    expect((await world.run('upstreams', 'list')).out).toMatch(/state +off/);
  });
});

describe('upstreams test', () => {
  it('finds everything right where it is, and prints where people would be sent', async () => {
    configure();
    const { code, tested } = await test();
    expect(code).toBe(0);
    expect(tested.findings.map(({ check, ok }) => [check, ok])).toEqual([
      ['credentials', true],
      ['metadata', true],
      ['keys', true],
      ['token endpoint', true],
      ['clock', true],
    ]);
    const url = new URL(tested.authorization_url ?? '');
    expect(`${url.origin}${url.pathname}`).toBe(`${upstream.issuer}/authorize`);
    expect(url.searchParams.get('redirect_uri')).toBe(`${ISSUER}/upstream/partner/callback`);
    expect(url.searchParams.get('state')).toBe('STATE');
  });

  it('never prints a secret', async () => {
    configure();
    for (const argv of [
      ['upstreams', 'list'],
      ['upstreams', 'test', 'partner'],
      ['upstreams', 'test', 'partner', '--json'],
    ]) {
      expect((await world.run(...argv)).out).not.toContain(upstream.clients.partner.secret);
    }
  });

  it('names the mend for an issuer that is spelt otherwise than its document says', async () => {
    configure({ issuer: `${upstream.issuer}/` });
    const { code, tested } = await test();
    expect(code).toBe(1);
    expect(findingOf(tested, 'metadata')).toMatchObject({
      ok: false,
      says: 'its discovery document names another issuer',
      mend: expect.stringContaining('to the last slash'),
    });
  });

  it('prints all that it knows by itself when nobody answers, and the mend', async () => {
    configure({ issuer: `http://127.0.0.1:${await freePortPair()}` });
    const { code, out } = await world.run('upstreams', 'test', 'partner');
    expect(code).toBe(1);
    expect(out).toContain(`${ISSUER}/upstream/partner/callback`);
    expect(out).toMatch(/problem +metadata: 127\.0\.0\.1 cannot be reached \(ECONNREFUSED\)\n +look at .*firewall/);
  });

  it.each([
    ['keys that are none', '/jwks', transportFaults.status(200, 'text/html', '<h1>'), 'keys', 'gives no key set'],
    ['trouble there', '/token', transportFaults.status(503), 'token endpoint', 'answers 503'],
    ['a line that breaks', '/jwks', transportFaults.reset, 'keys', 'cannot be reached'],
  ])('says what is wrong with %s', async (_, path, fault, check, says) => {
    configure();
    upstream.lie({ transport: fault(path) });
    const { code, tested } = await test();
    expect(code).toBe(1);
    expect(findingOf(tested, check)).toMatchObject({ ok: false, says: expect.stringContaining(says) });
    expect(findingOf(tested, check)?.mend).toBeDefined();
  });

  it('sees a clock that is wrong by more than half a minute', async () => {
    configure();
    pass(120);
    const { code, tested } = await test();
    expect(code).toBe(1);
    expect(findingOf(tested, 'clock')).toMatchObject({
      ok: false,
      says: expect.stringMatching(/1(19|20|21) s behind/),
    });
  });

  it.each([
    [40, true, 'works until'],
    [29, false, 'ends in 29 days'],
    [0, false, 'ends today'],
    [-1, false, 'ended 1 day ago'],
  ])('looks at the last day of a client secret: %i days from now', async (days, ok, says) => {
    const day = new Date(Date.UTC(2030, 0, 15));
    pass((day.getTime() - Date.now()) / 1000);
    configure({ secret_expires_at: new Date(day.getTime() + days * 86_400_000).toISOString().slice(0, 10) });
    const { tested } = await test();
    expect(findingOf(tested, 'secret')).toMatchObject({ ok, says: expect.stringContaining(says) });
    const warned = (await world.run('config', 'check')).err.includes('secret_expires_at');
    expect(warned).toBe(!ok);
  });

  it('suggests the upstream that was meant', async () => {
    configure();
    expect(await world.run('upstreams', 'test', 'partnr')).toEqual({
      code: 1,
      out: '',
      err: 'there is no upstream "partnr"; did you mean partner?\n',
    });
    expect((await world.run('upstreams', 'test')).code).toBe(2);
  });
});
