import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { presets, simulatedPresets, type SimulatedPreset } from '../../src/upstreams/presets/all.ts';
import { personasOf } from '../../src/upstreams/simulator/personas.ts';
import type { Faults } from './support/fake_upstream.ts';
import { BROWSER, buildWorld, settingsFor, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await buildWorld(Object.fromEntries(simulatedPresets.map((preset) => [preset, {}])));
});
afterEach(() => world.fake.honest());
afterAll(() => world.close());

async function identityOf(preset: string, persona: string, fields = {}) {
  const arrival = await world.arrive(preset, persona, fields);
  if (arrival.outcome !== 'identified') throw new Error(`${preset} ${persona}: ${JSON.stringify(arrival)}`);
  return arrival.identity;
}

/** Who comes from where, and how far the address goes; `-` where none comes. */
const table: [SimulatedPreset, string, subject: string, email: string, trust: string][] = [
  ['google', 'ada', '110000000000000000042', 'ada.example@gmail.com', 'authoritative'],
  ['google', 'grace', '110000000000000000043', 'grace@workspace.example', 'authoritative'],
  ['google', 'alan', '110000000000000000044', 'alan@elsewhere.example', 'verified'],
  ['google', 'una', '110000000000000000045', 'una@unverified.example', 'unverified'],
  ['google', 'noor', '110000000000000000046', '-', '-'],
  ['google', 'twin', '11', 'taken@example.org', 'verified'],
  ['facebook', 'ada', '10220000000000042', 'ada.f@social.example', 'unverified'],
  ['facebook', 'noor', '10220000000000046', '-', '-'],
  ['facebook', 'twin', '1022', 'taken@example.org', 'unverified'],
  ['github', 'ada', '583231042', 'ada@github.example', 'verified'],
  ['github', 'una', '583231045', '-', '-'],
  ['github', 'noor', '583231046', '-', '-'],
  ['github', 'twin', '583231', 'taken@example.org', 'verified'],
  ['x', 'ada', '2244990042', 'ada@x.example', 'verified'],
  ['x', 'noor', '2244990046', '-', '-'],
  ['x', 'twin', '22449900', 'taken@example.org', 'verified'],
  ['apple', 'ada', '000123.000000000042.0456', 'ada@apple.example', 'verified'],
  ['apple', 'ria', '000123.000000000047.0456', 'q7x2@private.icloud.com', 'verified'],
  ['apple', 'una', '000123.000000000045.0456', 'una@apple.example', 'unverified'],
  ['apple', 'noor', '000123.000000000046.0456', '-', '-'],
  ['apple', 'twin', '000123.', 'taken@example.org', 'verified'],
  ['microsoft', 'ada', 'AAAAAAAAAAAAAAAAAAAAA-42', 'ada@contoso.example', 'verified'],
  ['microsoft', 'paul', 'AAAAAAAAAAAAAAAAAAAAA-48', 'paul@outlook.example', 'verified'],
  ['microsoft', 'una', 'AAAAAAAAAAAAAAAAAAAAA-45', 'una@contoso.example', 'unverified'],
  ['microsoft', 'noor', 'AAAAAAAAAAAAAAAAAAAAA-46', '-', '-'],
  ['microsoft', 'twin', 'AAAAAAAAAAAAAAAAAAAAA-', 'taken@example.org', 'verified'],
  ['linkedin', 'ada', 'aBcDeF1242', 'ada@linkedin.example', 'verified'],
  ['linkedin', 'una', 'aBcDeF1245', 'una@linkedin.example', 'unverified'],
  ['linkedin', 'noor', 'aBcDeF1246', '-', '-'],
  ['linkedin', 'twin', 'aBcDeF12', 'taken@example.org', 'verified'],
  ['discord', 'ada', '80351110222222242', 'ada@discord.example', 'verified'],
  ['discord', 'una', '80351110222222245', 'una@discord.example', 'unverified'],
  ['discord', 'noor', '80351110222222246', '-', '-'],
  ['discord', 'twin', '80351110', 'taken@example.org', 'verified'],
  ['gitlab', 'ada', '4200042', 'ada@gitlab.example', 'verified'],
  ['gitlab', 'una', '4200045', 'una@gitlab.example', 'unverified'],
  ['gitlab', 'noor', '4200046', '-', '-'],
  ['gitlab', 'twin', '42000', 'taken@example.org', 'verified'],
  ['kakao', 'ada', '3712300042', 'ada@kakao.example', 'verified'],
  ['kakao', 'una', '3712300045', 'una@kakao.example', 'unverified'],
  ['kakao', 'noor', '3712300046', '-', '-'],
  ['kakao', 'twin', '37123', 'taken@example.org', 'verified'],
  ['naver', 'ada', 'Xy0pAq_42', 'ada@naver.example', 'unverified'],
  ['naver', 'noor', 'Xy0pAq_46', '-', '-'],
  ['naver', 'twin', 'Xy0pAq_', 'taken@example.org', 'unverified'],
  ['line', 'ada', 'U00000000000000000000000000000042', 'ada@line.example', 'unverified'],
  ['line', 'alan', 'U00000000000000000000000000000044', 'alan@line.example', 'unverified'],
  ['line', 'noor', 'U00000000000000000000000000000046', '-', '-'],
  ['line', 'twin', 'U', 'taken@example.org', 'unverified'],
]; // prettier-ignore

describe('a person of a simulated provider', () => {
  it.each(table)('%s: %s is known by the own id, and the address counts as it should', async (preset, persona, subject, email, trust) => {
    const identity = await identityOf(preset, persona);
    expect(identity.subject.startsWith(subject)).toBe(true);
    if (persona !== 'twin') expect(identity.subject).toBe(subject);
    expect([identity.email?.value ?? '-', identity.email?.trust ?? '-']).toEqual([email, trust]);
    expect(identity.email?.relay ?? false).toBe(persona === 'ria');
  }); // prettier-ignore

  it('stands in the table above, whoever it is', () => {
    const all = simulatedPresets.flatMap((preset) =>
      personasOf(preset, 'a@b.example').map(({ id }) => `${preset} ${id}`),
    );
    expect(table.map(([preset, persona]) => `${preset} ${persona}`).toSorted()).toEqual(all.toSorted());
  });

  it.each(simulatedPresets)('%s: may keep the address back, take another, and lose the picture', async (preset) => {
    const { subject } = await identityOf(preset, 'ada');
    const kept = await identityOf(preset, 'ada', { keep_email: true });
    expect([kept.subject, kept.email?.relay ?? 'no address']).toEqual([
      subject,
      preset === 'apple' ? true : 'no address',
    ]);
    const moved = await identityOf(preset, 'ada', { other_email: 'ada@new.example', no_picture: true });
    expect([moved.subject, moved.email?.value]).toEqual([subject, 'ada@new.example']);
    // GitHub draws one for whoever has none.
    expect(moved.picture).toBe(preset === 'github' ? 'https://github.com/identicons/example.png' : undefined);
  });

  it.each(['google', 'github', 'gitlab'] as const)('%s: has a picture that lasts', async (preset) => {
    const { picture } = await identityOf(preset, 'ada');
    expect(picture).toBe(personasOf(preset, undefined)[0]?.picture);
  });

  it('has the name that came with the first consent at Apple, which comes no second time', async () => {
    const { name, givenName } = await identityOf('apple', 'una');
    // Una agreed before, in the table above.
    expect([name, givenName]).toEqual([undefined, undefined]);
    world.fake.next({ prefix: 'apple', user: { subject: '000123.new.0456' } });
    expect(await identityOf('apple', 'una')).toMatchObject({ givenName: 'Una', familyName: 'Unverified' });
  });
});

describe('a wrong secret', () => {
  it.each(simulatedPresets)('%s: is the mistake of whoever runs this, in the words of each', async (preset) => {
    const client = world.fake.clients[preset];
    const { secret, signing } = client;
    // The provider changes its mind; what we send stays as it was.
    client.secret = 'another';
    if (signing) client.signing = { ...signing, key_id: 'ANOTHER' };
    const arrival = await world.arrive(preset, 'ada');
    Object.assign(client, { secret, signing });
    expect(arrival).toMatchObject({ outcome: 'failed', reason: 'token_client_refused' });
  });
});

describe('a redirect URI that was not registered', () => {
  it.each(simulatedPresets)('%s: is never followed', async (preset) => {
    const client = world.fake.clients[preset];
    const { redirectUris } = client;
    client.redirectUris = ['http://localhost:3999/elsewhere'];
    const sent = await world.travel(preset, 'ada').then(
      (params) => params.get('error'),
      (error: unknown) => String(error),
    );
    client.redirectUris = redirectUris;
    expect(sent).toMatch(preset === 'github' ? /^redirect_uri_mismatch$/ : /error page/);
  });
});

describe('a server of one’s own', () => {
  const own = async (preset: 'github' | 'gitlab', faults: Faults) => {
    const base_url = `${world.fake.base}/${preset}`;
    const { id, secret } = world.fake.clients[preset];
    const settings = settingsFor(world.fake, { [preset]: { base_url, client_id: id, client_secret: secret } });
    const upstreams = await world.open(settings);
    world.fake.next({ prefix: preset, faults });
    return upstreams.arrive(preset, BROWSER, 'GET', await world.travel(preset));
  };

  it('GitHub Enterprise has its API below /api/v3, and its word on addresses counts for nothing', async () => {
    expect(await own('github', { callback: (params) => params.delete('iss') })).toMatchObject({
      identity: {
        issuer: `${world.fake.base}/github/login/oauth`,
        subject: '583231042',
        email: { trust: 'unverified' },
      },
    });
    expect(world.fake.calls('/api/v3/user')).toHaveLength(1);
    expect(world.fake.calls('/api/v3/user/emails')).toHaveLength(1);
  });

  it('GitLab is its own issuer', async () => {
    const iss = `${world.fake.base}/gitlab`;
    expect(await own('gitlab', { claims: (claims) => ({ ...claims, iss }) })).toMatchObject({
      identity: { issuer: iss, subject: '4200042', email: { trust: 'unverified' } },
    });
  });
});

describe('what we send', () => {
  const sentTo = (preset: SimulatedPreset) => {
    const calls = world.fake.journal.filter((entry) => entry.prefix === preset);
    return {
      authorize: calls.findLast(({ query, method }) => method === 'GET' && query.has('redirect_uri'))?.query,
      token: calls.findLast(({ form }) => form.has('grant_type')),
    };
  };

  it.each(simulatedPresets)('%s: goes the way that its preset says', async (preset) => {
    await world.arrive(preset, 'ada');
    const { authorize, token } = sentTo(preset);
    const { pkce, nonce, token_auth: auth } = presets[preset];
    expect(authorize?.has('code_challenge')).toBe(pkce === 'S256');
    expect(token?.form.has('code_verifier')).toBe(pkce === 'S256');
    expect(authorize?.has('nonce')).toBe(nonce !== 'off');
    expect(token?.headers.authorization !== undefined).toBe(auth === 'client_secret_basic');
    expect(token?.form.has('client_secret')).toBe(auth !== 'client_secret_basic');
    expect(token?.headers.accept).toContain('application/json');
    expect(token?.headers['user-agent']).toMatch(/^Gatehouse\//);
  });
});
