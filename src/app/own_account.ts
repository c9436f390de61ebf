import { ACCOUNT_CLIENT_ID } from '../account_pages/index.ts';
import { openSelfService } from '../accounts/index.ts';
import type { Oidc } from '../oidc/index.ts';
import type { Base, RoomDeps } from './base.ts';

/** As many rows of a list as are read at once. */
const PAGE = 200;

interface Page<Item> {
  items: Item[];
  next?: string;
}

/** What the account pages need of rooms that do not know each other. */
export function ownAccountParts(
  { settings }: Pick<RoomDeps, 'settings'>,
  { accounts, accountsDeps, passkeys, passwords, secondFactors }: Base,
  oidc: Oidc,
) {
  const selfService = openSelfService({
    ...accountsDeps,
    endEverythingOf: oidc.endEverythingOf,
    issueReset: accounts.issueReset,
  });
  const holdings = {
    password: async (id: string) => ({ set_at: (await passwords.changedAt(id)) ?? null }),
    passkeys: async (id: string) =>
      (await passkeys.listOf(id)).map(({ name, provider, synced, createdAt, lastUsedAt }) => {
        return { name, provider, synced, created_at: createdAt, last_used_at: lastUsedAt };
      }),
    second_step: async (id: string) => {
      const [{ totp, recoveryCodes, recoveryCodesMadeAt, preferred }, trusted] = await Promise.all([
        secondFactors.of(id),
        secondFactors.trustedDevices(id),
      ]);
      return {
        authenticator_app: totp ? { added_at: totp.addedAt, last_used_at: totp.lastUsedAt } : null,
        recovery_codes: { left: recoveryCodes, made_at: recoveryCodesMadeAt ?? null },
        asked_first: preferred ?? null,
        trusted_browsers: trusted.map(({ since, until }) => ({ since, until })),
      };
    },
    devices: async (id: string) => {
      const sessions = await all((after) => oidc.sessionsOf(id, { after, limit: PAGE }));
      return sessions.map(({ browser, os, place, signedInAt, lastSeenAt }) => {
        return { browser, os, place, signed_in_at: signedInAt, last_seen_at: lastSeenAt };
      });
    },
    apps: async (id: string) => {
      const grants = await all((after) => oidc.grantsOf(id, { after, limit: PAGE, except: ACCOUNT_CLIENT_ID }));
      const apps = await oidc.appsOf(grants.map(({ clientId }) => clientId));
      return grants.map(({ clientId, scopes, givenAt, lastUsedAt }) => {
        return { app: apps.get(clientId)?.name ?? clientId, scopes, allowed_at: givenAt, last_used_at: lastUsedAt };
      });
    },
  };
  return { selfService, holdings, deletionGrace: () => settings().lifetimes.deletion_grace };
}

async function all<Item>(read: (after: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  for (let after: string | undefined; ;) {
    const page = await read(after);
    items.push(...page.items);
    if (page.next === undefined) return items;
    after = page.next;
  }
}
