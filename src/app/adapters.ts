import type { Accounts, Factors } from '../accounts/index.ts';
import type { Settings } from '../config/index.ts';
import { pendingMigrations, type Database } from '../database/index.ts';
import type { Keys } from '../keys/index.ts';
import { entryOf, type AccountDirectory } from '../oidc/index.ts';
import { createOutbound, type Outbound, type OutboundSettings } from '../outbound/index.ts';
import { hasPasskey, keepNewPasskey, removePasskeysSince } from '../passkeys/index.ts';
import type { Passwords } from '../passwords/index.ts';
import type { SecondFactors } from '../second_factors/index.ts';
import { urlsIn, type SimulatorAccess } from '../upstreams/index.ts';
import type { Probe } from '../web/index.ts';

/** Hosts that an admin wrote down may be private, and so may we ourselves; all others may not. */
export function openOwnOutbound(settings: Settings, simulator?: SimulatorAccess): Outbound {
  return createOutbound(outboundSettings(settings, simulator));
}

/** Whom the settings let us call. */
export function outboundSettings(settings: Settings, simulator?: SimulatorAccess): OutboundSettings {
  const urls = [
    settings.issuer,
    simulator?.base,
    settings.passwords.breach_check?.url,
    ...settings.upstreams.flatMap((upstream) => urlsIn(upstream).map(({ url }) => url)),
    ...settings.clients.flatMap((client) => Object.values(client).flat()),
  ];
  const hosts = urls.flatMap((value) => (typeof value === 'string' ? (URL.parse(value)?.hostname ?? []) : []));
  const { mode, outbound } = settings;
  return { mode, trustedHosts: [...new Set(hosts)], allow: outbound.allow, limits: budgetsOf(outbound) };
}

/** What strangers name is public, or nothing; on this machine only while somebody develops, and says so. */
export function strangersOutboundSettings({ mode, outbound }: Settings): OutboundSettings {
  const allow = outbound.loopback_for_strangers ? ['127.0.0.0/8', '::1/128'] : [];
  return { mode, trustedHosts: [], allow, limits: budgetsOf(outbound) };
}

function budgetsOf({ timeout }: Settings['outbound']): OutboundSettings['limits'] {
  return { totalMs: timeout * 1000, headersMs: timeout * 500 };
}

/** What /health/ready asks. */
export function probesOf(database: Database, keys: Keys): Probe[] {
  return [
    { name: 'database', check: () => database.ping() },
    {
      name: 'migrations',
      async check() {
        const pending = await pendingMigrations(database);
        if (pending.length > 0) throw new Error(`${pending.length} migrations are pending`);
      },
    },
    { name: 'keys', check: () => keys.check() },
  ];
}

/** The factors, as accounts needs them inside its own transactions. */
export function factorsOf(
  passwords: Passwords,
  secondFactors: Pick<SecondFactors, 'hasTotp' | 'removeSince'>,
): Factors {
  return {
    setPassword: passwords.set,
    removePassword: passwords.remove,
    hasPassword: (within, accountId) => passwords.has(accountId, within),
    keepPasskey: keepNewPasskey,
    hasPasskey,
    // What only its owner has with them: nothing less may join an identity to the account.
    hasSecondFactor: async (within, accountId) =>
      (await hasPasskey(within, accountId)) || secondFactors.hasTotp(within, accountId),
    async removeSecondFactorsSince(within, accountId, since) {
      await secondFactors.removeSince(within, accountId, since);
      await removePasskeysSince(within, accountId, since);
    },
  };
}

/** Accounts, as the protocol engine sees them. */
export function directoryOf(accounts: Accounts): AccountDirectory {
  return {
    async find(id) {
      const account = await accounts.find(id);
      return account && entryOf(account, accounts.groupsOf);
    },
    groupsOf: accounts.groupsOf,
    forgetProofs: accounts.forgetProofs,
  };
}
