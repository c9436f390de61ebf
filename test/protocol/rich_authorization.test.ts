import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as oidc from 'openid-client';
import type { ClientInput } from '../../src/clients/index.ts';
import { protocolSettings } from '../../src/oidc/index.ts';
import {
  agent,
  answerPrompt,
  API,
  authorize,
  claimsOf,
  CLIENTS,
  login,
  openWorld,
  parameter,
  redeem,
  refresh,
  SECRET,
  token,
  visitAt,
  type Agent,
  type World,
} from '../oidc/support.ts';
import { app } from './apps.ts';

const REDIRECT = 'https://bank.example/cb';

const protocol = protocolSettings.parse({
  rich_authorization_requests: {
    types: {
      payment: {
        label: { en: 'Make a payment', ko: '결제하기' },
        fields: {
          amount: {
            kind: 'group',
            label: 'Amount',
            required: true,
            fields: {
              currency: { kind: 'choice', label: 'Currency', required: true, values: { EUR: 'Euro', KRW: 'Won' } },
              value: { kind: 'number', label: 'Value', required: true, min: 0, max: 1000 },
            },
          },
          to: { kind: 'text', label: 'To', required: true, max: 30 },
          on: { kind: 'date', label: 'On' },
          instant: { kind: 'boolean', label: 'At once' },
          locations: { kind: 'text', label: 'At', many: true, max: 100 },
        },
      },
      statement: { label: 'See your statements', fields: {} },
    },
  },
});

const clients: ClientInput[] = [
  ...CLIENTS,
  {
    client_id: 'bank',
    client_secret: SECRET,
    redirect_uris: [REDIRECT],
    first_party: true,
    authorization_details_types: ['payment'],
  },
];

const PAYMENT = { type: 'payment', amount: { currency: 'EUR', value: 12.5 }, to: '<b>Shop</b>', instant: true };

let world: World;
beforeAll(async () => {
  world = await openWorld({ clients, deps: { protocol } });
});
afterAll(() => world.close());

const BANK = { client_id: 'bank', redirect_uri: REDIRECT };

const asking = (details: unknown, change: Record<string, string | undefined> = {}) =>
  authorize({
    ...BANK,
    resource: API,
    scope: 'openid read',
    authorization_details: JSON.stringify(details),
    ...change,
  });

/** The page on which a signed-in person is asked. */
async function askedPage(browser: Agent, url: string): Promise<string> {
  const { location = '' } = await browser.get(url);
  const { prompt } = await visitAt(browser, location);
  if (prompt.name === 'consent') return location;
  return (await answerPrompt(browser, location, login())).location ?? '';
}

/** A person allows what is asked; gives the code. */
async function allowed(
  details: unknown,
  change: Record<string, string | undefined> = {},
  browser = agent(world.issuer),
) {
  const page = await askedPage(browser, asking(details, change));
  return parameter(await answerPrompt(browser, page, { consent: true }), 'code');
}

const asBank = { ...BANK, client_secret: SECRET };

describe('authorization in detail', () => {
  it('is asked of the person in the words of the settings, also for one of our own apps', async () => {
    const browser = agent(world.issuer);
    const page = await askedPage(browser, asking([PAYMENT]));
    const { prompt, details } = await visitAt(browser, page);
    expect(prompt).toMatchObject({ name: 'consent', reasons: ['rar_prompt'] });
    expect(details).toEqual([
      {
        label: { en: 'Make a payment', ko: '결제하기' },
        facts: [
          { labels: ['Amount', 'Currency'], values: [{ label: 'Euro' }] },
          { labels: ['Amount', 'Value'], values: ['12.5'] },
          { labels: ['To'], values: ['<b>Shop</b>'] },
          { labels: ['At once'], values: [true] },
        ],
      },
    ]);
    const denied = await answerPrompt(browser, page, { abort: true });
    expect(parameter(denied, 'error')).toBe('access_denied');
  });

  it('goes along with the code into tokens, their introspection and their refreshing', async () => {
    const config = await app(world, 'bank', oidc.ClientSecretBasic(SECRET));
    const pushed = await oidc.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: REDIRECT,
      scope: 'openid read',
      resource: API,
      state: 'state',
      code_challenge: await oidc.calculatePKCECodeChallenge('v'.repeat(43)),
      code_challenge_method: 'S256',
      authorization_details: JSON.stringify([PAYMENT]),
    });
    const browser = agent(world.issuer);
    const page = await askedPage(browser, pushed.pathname + pushed.search);
    const { location = '' } = await answerPrompt(browser, page, { consent: true });
    const tokens = await oidc.authorizationCodeGrant(config, new URL(location), {
      pkceCodeVerifier: 'v'.repeat(43),
      expectedState: 'state',
    });
    expect(tokens.authorization_details).toEqual([PAYMENT]);
    const known = await oidc.tokenIntrospection(config, tokens.access_token);
    expect(known).toMatchObject({ active: true, authorization_details: [PAYMENT] });
    const { json } = await refresh(world.issuer, tokens.refresh_token ?? '', {
      client_id: 'bank',
      client_secret: SECRET,
    });
    expect(json['authorization_details']).toEqual([PAYMENT]);
  });

  it('stands in a JWT for an API, as far as its places go', async () => {
    const here = { ...PAYMENT, locations: [API] };
    const there = { ...PAYMENT, locations: ['https://elsewhere.example/'] };
    const code = await allowed([here, there]);
    const { json } = await redeem(world.issuer, code, { ...asBank, resource: API });
    expect(json['authorization_details']).toEqual([here]);
    expect(claimsOf(json['access_token'])).toMatchObject({ aud: API, authorization_details: [here] });
  });

  it('is not allowed by whoever could not read it, because the settings have changed meanwhile', async () => {
    const browser = agent(world.issuer);
    const page = await askedPage(browser, asking([PAYMENT]));
    const types = { payment: { label: 'Make a payment', fields: {} } };
    world.oidc.rebuild({ protocol: protocolSettings.parse({ rich_authorization_requests: { types } }) });
    expect((await visitAt(browser, page)).details).toEqual([{ label: 'Make a payment', facts: [] }]);
    const answer = await answerPrompt(browser, page, { consent: true });
    world.oidc.rebuild({ protocol });
    expect(parameter(answer, 'error')).toBe('invalid_authorization_details');
    expect(answer.location).not.toContain('code=');
  });

  it('is allowed once: nothing of it stays for another request', async () => {
    const browser = agent(world.issuer);
    await allowed([PAYMENT], {}, browser);
    const plain = await redeem(world.issuer, parameter(await browser.get(authorize(BANK)), 'code'), asBank);
    expect(plain.json).not.toHaveProperty('authorization_details');
    const silent = await browser.get(asking([PAYMENT], { prompt: 'none' }));
    expect(parameter(silent, 'error')).toBe('consent_required');
    const page = await askedPage(browser, asking([PAYMENT]));
    expect((await visitAt(browser, page)).prompt.reasons).toEqual(['rar_prompt']);
  });

  it('is given in part to whoever asks for a part, and never more of it', async () => {
    const small = { ...PAYMENT, amount: { currency: 'EUR', value: 1 } };
    const part = await redeem(world.issuer, await allowed([PAYMENT, small]), {
      ...asBank,
      resource: API,
      authorization_details: JSON.stringify([small]),
    });
    expect(part.json['authorization_details']).toEqual([small]);
    const more = await redeem(world.issuer, await allowed([small]), {
      ...asBank,
      resource: API,
      authorization_details: JSON.stringify([PAYMENT]),
    });
    expect(more.json['error']).toBe('invalid_authorization_details');
  });

  it.each([
    ['an unknown type', [{ type: 'transfer' }]],
    ['a type that the client does not name', [{ type: 'statement' }]],
    ['an unknown field', [{ ...PAYMENT, memo: 'x' }]],
    ['an unknown field of a group', [{ ...PAYMENT, amount: { ...PAYMENT.amount, fee: 1 } }]],
    ['a missing field', [{ type: 'payment', amount: PAYMENT.amount }]],
    ['a number that is too large', [{ ...PAYMENT, amount: { currency: 'EUR', value: 1001 } }]],
    ['a value that is no choice', [{ ...PAYMENT, amount: { currency: 'BTC', value: 1 } }]],
    ['a name of every object', [{ ...PAYMENT, amount: { currency: 'constructor', value: 1 } }]],
    ['a text that is too long', [{ ...PAYMENT, to: 'x'.repeat(31) }]],
    ['a text that turns the writing around', [{ ...PAYMENT, to: 'a\u202Eb' }]],
    ['a text over two lines', [{ ...PAYMENT, to: 'a\nb' }]],
    ['no date', [{ ...PAYMENT, on: 'tomorrow' }]],
    ['a type that is no text', [{ ...PAYMENT, type: ['payment'] }]],
    ['no list', PAYMENT],
  ])('is refused with %s, before anybody is asked (H1)', async (_, details) => {
    const answer = await agent(world.issuer).get(asking(details));
    expect(parameter(answer, 'error')).toBe('invalid_authorization_details');
  });

  it('is refused from a client that names no type, and as a text that is no JSON', async () => {
    const other = await agent(world.issuer).get(authorize({ authorization_details: JSON.stringify([PAYMENT]) }));
    expect(parameter(other, 'error')).toBe('invalid_authorization_details');
    const broken = await agent(world.issuer).get(authorize({ ...BANK, authorization_details: '[' }));
    expect(parameter(broken, 'error')).toBe('invalid_authorization_details');
    const job = await token(world.issuer, {
      client_id: 'job',
      grant_type: 'client_credentials',
      resource: API,
      authorization_details: JSON.stringify([PAYMENT]),
    });
    expect(job.json['error']).toBe('invalid_authorization_details');
  });
});
