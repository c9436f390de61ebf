import type { Context } from 'koa';
import { isForgotten } from '../accounts/index.ts';
import type { ModelStore } from './artifacts/artifact_store.ts';
import type { Session } from './door.ts';
import type { AccountDirectory, OidcDeps } from './deps.ts';
import { publicMethods } from './login_way.ts';
import type { LastUse } from './last_use.ts';

interface SessionsDeps {
  web: Pick<OidcDeps['web'], 'cookies'>;
  sessions: Pick<ModelStore, 'find'>;
  accounts: AccountDirectory;
  lastUse: Pick<LastUse, 'session'>;
}

/** The session of a browser. Asks the database each time, so that ending one takes effect at once. */
export function createSessionReader({
  web,
  sessions,
  accounts,
  lastUse,
}: SessionsDeps): (ctx: Context) => Promise<Session | undefined> {
  return async (ctx) => {
    const id = web.cookies.get(ctx, 'session');
    if (id === undefined) return undefined;
    const found = (await sessions.find([id])).get(id);
    if (found?.uid === undefined || found.accountId === undefined || found.loginTs === undefined) return undefined;
    const { uid, accountId, loginTs, amr = [], acr } = found;
    const account = await accounts.find(accountId);
    if (!account?.usable || isForgotten(loginTs, account)) return undefined;
    lastUse.session(ctx, uid);
    return { uid, accountId, signedInAt: loginTs, amr: publicMethods(amr), acr };
  };
}
