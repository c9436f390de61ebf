import type { Knex } from 'knex';
import type { Context } from 'koa';
import type { Account } from '../accounts/index.ts';
import { inSeconds, now } from '../kit/clock.ts';
import { secretToken, sha256 } from '../kit/random.ts';
import type { SecondFactorsDeps } from './deps.ts';
import type { SecondFactors, TrustedDevice } from './door.ts';

type Trusting = Pick<Account, 'id' | 'proofEpoch'>;

interface Row {
  browser_hash: string;
  created_at: Date;
  expires_at: Date;
}

const find = {
  name: 'trusted_devices_find',
  text: `select 1 from trusted_devices
         where account_id = $1 and browser_hash = $2 and token_hash = $3 and proof_epoch = $4 and expires_at > $5`,
};

/**
 * Browsers that were trusted: a cookie of its own, in the browser where it was set, for the account as it was then. The cookie
 * alone opens nothing elsewhere, and the row alone nothing without the cookie.
 */
export function trustedDevices(
  deps: SecondFactorsDeps,
): Pick<SecondFactors, 'trustSeconds' | 'trust' | 'isTrusted' | 'trustedDevices' | 'distrust'> {
  const { database, web, trustSeconds } = deps;
  return {
    trustSeconds,
    trust: (ctx, account) => trust(deps, ctx, account),
    async isTrusted(ctx, { id, proofEpoch }) {
      const [token, browserHash] = [web.cookies.get(ctx, 'trusted_device'), web.browser.read(ctx)];
      if (trustSeconds() === 0 || token === undefined || browserHash === undefined) return false;
      return (await database.run(find, [id, browserHash, sha256(token), proofEpoch, now()])).rowCount === 1;
    },
    trustedDevices: (accountId) => devicesOf(database.knex, accountId),
    distrust,
  };
}

/** A new cookie each time; other accounts that trust this browser move to it. */
async function trust({ database, record, web, trustSeconds }: SecondFactorsDeps, ctx: Context, account: Trusting) {
  if (trustSeconds() === 0) return;
  const { id, proofEpoch } = account;
  const [before, token] = [web.cookies.get(ctx, 'trusted_device'), secretToken()];
  const [browserHash, tokenHash] = [web.browser.ensure(ctx), sha256(token)];
  await database.knex.transaction(async (within) => {
    const others = within('trusted_devices').where({ browser_hash: browserHash, token_hash: sha256(before ?? '') });
    await others.update({ token_hash: tokenHash });
    const row = { account_id: id, browser_hash: browserHash, token_hash: tokenHash, proof_epoch: proofEpoch };
    const times = { created_at: now(), expires_at: inSeconds(trustSeconds()) };
    await within('trusted_devices')
      .insert({ ...row, ...times })
      .onConflict(['account_id', 'browser_hash'])
      .merge();
  });
  web.cookies.set(ctx, 'trusted_device', token, { maxAge: trustSeconds() });
  await record({ type: 'second_factors.device_trusted', outcome: 'ok', accountId: id });
}

async function devicesOf(knex: Knex, accountId: string): Promise<TrustedDevice[]> {
  const rows: Row[] = await knex('trusted_devices')
    .where({ account_id: accountId })
    .where('proof_epoch', knex('accounts').where({ id: accountId }).select('proof_epoch'))
    .where('expires_at', '>', now())
    .orderBy('created_at', 'desc')
    .select('browser_hash', 'created_at', 'expires_at');
  return rows.map((row) => ({ browserHash: row.browser_hash, since: row.created_at, until: row.expires_at }));
}

/** See the door. */
export async function distrust(within: Knex, accountId: string, except = ''): Promise<void> {
  await within('trusted_devices').where({ account_id: accountId }).whereNot({ browser_hash: except }).delete();
}
