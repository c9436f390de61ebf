import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { lockAddress } from '../../src/accounts/address_lock.ts';
import type { Account } from '../../src/accounts/index.ts';
import { pass, useRealClock } from '../support/clock.ts';
import { accountsWorld, address, freshAddress, freshVisit, somebodyWaits, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await accountsWorld();
});
afterAll(() => world.close());
afterEach(useRealClock);

const identity = (subject: string) => ({
  upstreamId: 'google',
  issuer: 'https://google.example',
  subject,
  facts: {},
  trust: 'verified' as const,
});

const ask = (who = freshAddress(), visit = freshVisit()) => world.accounts.recover(who, visit, 'en');
const addressOf = (account: Account) => account.address ?? freshAddress();
/** The token of the newest mail to an account; '' when none came. */
async function tokenTo(account: Account): Promise<string> {
  const [newest] = (await world.mailsTo(addressOf(account))).filter(({ subject }) =>
    subject.startsWith('reset-password'),
  );
  const { link = '' }: { link?: string } = JSON.parse(newest?.text ?? '{}');
  return link.replace('/reset-password?token=', '');
}
const redeem = (token: string) =>
  world.database.knex.transaction((within) => world.accounts.redeemReset(within, token));
const reasons = () =>
  world.events
    .filter(({ type }) => type === 'accounts.reset_asked')
    .map(({ reason, outcome }) => `${reason} ${outcome}`);

describe('asking for a new password', () => {
  it('answers alike and writes as much for everybody; only whose mailbox is proven gets a mail', async () => {
    const nobody = freshAddress();
    const known = await world.existing({ passwordHash: 'hash' });
    const social = await world.existing({ identity: identity('s1') });
    const disabled = await world.existing({ passwordHash: 'hash' });
    await world.disable(disabled.id);
    const imported = await world.shell({ origin: 'admin', passwordHash: 'hash' });
    const shell = await world.shell();
    const asked = [nobody, ...[known, social, disabled, imported, shell].map(addressOf)];
    const count = async (table: string) => (await world.database.knex(table).select('*')).length;
    const before = reasons().length;

    for (const who of asked) {
      const [links, mails] = [await count('mailed_links'), await count('mail_outbox')];
      expect(await ask(who)).toEqual({ ok: true, seconds: 1800 });
      expect([await count('mailed_links'), await count('mail_outbox')]).toEqual([links + 1, mails + 1]);
    }

    expect(reasons().slice(before)).toEqual([
      'nobody refused',
      'mailed ok',
      'mailed ok',
      'disabled refused',
      'unverified refused',
      'unverified refused',
    ]);
    for (const who of [nobody, ...[disabled, imported, shell].map(addressOf)]) {
      expect(await world.mailsTo(who)).toEqual([]);
    }
    expect(JSON.parse((await world.mailsTo(addressOf(known)))[0]?.text ?? '{}')).toEqual({
      link: expect.stringMatching(/^\/reset-password\?token=[\w-]{43}$/),
      link_minutes: '30',
    });
  });

  it('tells those who never had a password how they sign in', async () => {
    const social = await world.existing({ identity: identity('s2'), locale: 'ko' });
    await ask(addressOf(social));
    const [mail] = await world.mailsTo(addressOf(social));
    expect(mail?.subject).toBe('reset-password ko');
    expect(JSON.parse(mail?.text ?? '{}').upstreams).toBe('Upstream google');
  });

  it('gives an account that an admin made its first password, which proves the address', async () => {
    const made = await world.shell({ origin: 'admin' });
    await ask(addressOf(made));
    const reset = await redeem(await tokenTo(made));
    expect(reset?.account.address?.verifiedAt).toBeInstanceOf(Date);
  });

  it('writes to the stored address, whatever spelling was typed', async () => {
    const account = await world.existing({ address: address('Stored.Name@example.com') });
    await ask(address('stored.NAME@example.com'));
    expect(await world.mailsTo(addressOf(account))).toHaveLength(1);
    expect(await world.mailsTo(address('stored.NAME@example.com'))).toEqual([]);
  });

  it('is limited alike for an address of nobody and of somebody', async () => {
    const limited = await accountsWorld({ limited: true });
    try {
      const account = await limited.existing();
      for (const who of [freshAddress(), addressOf(account)]) {
        const answers = [];
        for (let time = 0; time < 4; time += 1) answers.push(await limited.accounts.recover(who, freshVisit(), 'en'));
        expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, false]);
        expect(answers[3]).toMatchObject({ reason: 'too_many', retryAfter: expect.any(Number) });
      }
      expect(await limited.mailsTo(addressOf(account))).toHaveLength(3);
    } finally {
      await limited.close();
    }
  });

  it('leaves no link and no mail when the database refuses in the middle', async () => {
    const account = await world.existing();
    const visit = { ...freshVisit(), reference: 'bad\0reference' };
    await expect(ask(addressOf(account), visit)).rejects.toThrow('unsupported Unicode escape');
    expect(await world.accounts.links.pending('reset-password', { accountId: account.id })).toEqual([]);
    expect(await world.mailsTo(addressOf(account))).toEqual([]);
  });
});

describe('a reset that its owner asked for', () => {
  it('mails the link and says so, or says why not', async () => {
    const known = await world.existing();
    const disabled = await world.existing();
    await world.disable(disabled.id);
    const start = (id: string) => world.accounts.startReset(id, { locale: 'en', reference: 'AAAAA-BBBBB' });
    expect(await start(known.id)).toBe('mailed');
    expect(await tokenTo(known)).not.toBe('');
    expect(await start(disabled.id)).toBe('disabled');
    expect(await start('nobody')).toBe('nobody');
  });

  it('needs no mail where the mailbox was proven a moment ago', async () => {
    const account = await world.existing();
    await world.accounts.startReset(account.id, { locale: 'en' });
    const path = await world.database.knex.transaction((within) => world.accounts.issueReset(within, account.id));
    expect(path).toMatch(/^\/reset-password\?token=[\w-]{43}$/);
    expect(await redeem(await tokenTo(account))).toBeUndefined();
    expect((await redeem(path.replace('/reset-password?token=', '')))?.account.id).toBe(account.id);
  });
});

describe('the link', () => {
  async function mailed(changes: Parameters<World['existing']>[0] = {}) {
    const account = await world.existing(changes);
    await ask(addressOf(account));
    return { account, token: await tokenTo(account) };
  }

  it('is usable until it is used, by exactly one of many who come at once (E4)', async () => {
    const { account, token } = await mailed();
    expect(await world.accounts.lookAtReset(token)).toMatchObject({ state: 'usable', account: { id: account.id } });
    const other = world.second();
    const turns = Array.from({ length: 16 }, (_, turn) =>
      (turn % 2 ? world.database : other.database).knex.transaction((within) =>
        world.accounts.redeemReset(within, token),
      ),
    );
    expect((await Promise.all(turns)).filter((reset) => reset !== undefined)).toHaveLength(1);
    expect(await world.accounts.lookAtReset(token)).toMatchObject({ state: 'used' });
    await other.database.close();
  });

  it('waits for a newer one in no circle, and dies with it', async () => {
    const { account, token } = await mailed();
    let redeemed: ReturnType<typeof redeem> | undefined;
    await world.database.knex.transaction(async (within) => {
      await lockAddress(within, addressOf(account).canonical);
      redeemed = redeem(token);
      await somebodyWaits(within);
      await world.accounts.issueReset(within, account.id);
    });
    expect(await redeemed).toBeUndefined();
  });

  it('waits for whoever holds the account in no circle, and dies with what they drop', async () => {
    const { account, token } = await mailed();
    let redeemed: ReturnType<typeof redeem> | undefined;
    await world.database.knex.transaction(async (within) => {
      await world.accounts.hold(within, account.id);
      redeemed = redeem(token);
      await somebodyWaits(within);
      await world.accounts.dropPending(within, account.id);
    });
    expect(await redeemed).toBeUndefined();
  });

  it('is made in no circle with whoever holds the account', async () => {
    const { account } = await mailed();
    let asked: ReturnType<typeof ask> | undefined;
    await world.database.knex.transaction(async (within) => {
      await world.accounts.hold(within, account.id);
      asked = ask(addressOf(account));
      await somebodyWaits(within);
      await world.accounts.dropPending(within, account.id);
    });
    expect(await asked).toMatchObject({ ok: true });
  });

  it('dies after half an hour, and with a newer one', async () => {
    const { account, token } = await mailed();
    await ask(addressOf(account));
    expect(await world.accounts.lookAtReset(token)).toBeUndefined();
    expect(await redeem(token)).toBeUndefined();
    const newer = await tokenTo(account);
    pass(1801);
    expect(await world.accounts.lookAtReset(newer)).toMatchObject({ state: 'expired' });
    expect(await redeem(newer)).toBeUndefined();
  });

  it('dies when its account is disabled, or gets another address', async () => {
    const first = await mailed();
    await world.disable(first.account.id);
    const second = await mailed();
    const changed = freshAddress();
    await world.database.knex('addresses').where({ account_id: second.account.id }).update(changed);
    for (const { token } of [first, second]) {
      expect(await world.accounts.lookAtReset(token)).toBeUndefined();
      expect(await redeem(token)).toBeUndefined();
    }
  });

  it('drops what a stranger may have pending, and leaves what undoes a change', async () => {
    const { account, token } = await mailed();
    const { knex } = world.database;
    const issue = async () => {
      const owner = { accountId: account.id, seconds: 1800 };
      const wanted = freshAddress();
      return {
        change: await world.accounts.links.issue(knex, {
          ...owner,
          purpose: 'change-address',
          payload: { address: wanted },
        }),
        undo: await world.accounts.links.issue(knex, {
          ...owner,
          purpose: 'undo-address',
          payload: { to: wanted, at: new Date().toISOString() },
        }),
      };
    };
    const { change, undo } = await issue();
    const visit = freshVisit();
    const sent = await world.accounts.verifyAddress(account, 'en', visit);
    const code = await world.codeTo(addressOf(account));

    await redeem(token);

    expect(await world.accounts.links.find('change-address', change)).toBeUndefined();
    expect(await world.accounts.links.find('undo-address', undo)).toMatchObject({ state: 'usable' });
    const redeemed = await world.accounts.codes.redeem(sent.ok ? sent.proofId : '', code, visit);
    expect(redeemed).toMatchObject({ ok: false, reason: 'expired' });
  });

  it('counts for no other purpose, nor another link for it (E6)', async () => {
    const { account, token } = await mailed();
    const other = await world.accounts.links.issue(world.database.knex, {
      accountId: account.id,
      purpose: 'undo-deletion',
      payload: {},
      seconds: 1800,
    });
    expect(await redeem(other)).toBeUndefined();
    expect(await world.accounts.links.find('change-address', token)).toBeUndefined();
    const tokenHash = (await world.database.knex('mailed_links').pluck('token_hash')).at(-1);
    expect(await redeem(String(tokenHash))).toBeUndefined();
  });
});
