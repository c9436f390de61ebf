import type { Context } from 'koa';
import { isForgotten } from '../accounts/index.ts';
import type { Level } from '../clients/index.ts';
import type { ModelStore } from './artifacts/artifact_store.ts';
import type { Session } from './door.ts';
import type { AccountDirectory, OidcDeps } from './deps.ts';
import { isEnough, levelOf, publicMethods } from './assurance.ts';
import type { LastUse } from './last_use.ts';

interface SessionsDeps {
  web: Pick<OidcDeps['web'], 'cookies'>;
  sessions: Pick<ModelStore, 'find'>;
  accounts: AccountDirectory;
  lastUse: Pick<LastUse, 'session'>;
  /** What the issuer asks of everybody. */
  need: () => Level;
}

/**
 * The session of a browser. Asks the database each time, so that ending one takes effect at once. Nobody, where it proves less than
 * its account or the issuer asks for by now.
 */
export function createSessionReader({
  web,
  sessions,
  accounts,
  lastUse,
  need,
}: SessionsDeps): (ctx: Context) => Promise<Session | undefined> {
  return async (ctx) => {
    const id = web.cookies.get(ctx, 'session');
    if (id === undefined) return undefined;
    const found = await sessions.find(id);
    if (found?.uid === undefined || found.accountId === undefined || found.loginTs === undefined) return undefined;
    const { uid, accountId, loginTs, amr = [], acr } = found;
    const account = await accounts.find(accountId);
    if (!account?.usable || isForgotten(loginTs, account)) return undefined;
    if (!isEnough(amr, { need: need(), secondStep: account.secondStep })) return undefined;
    lastUse.session(ctx, uid);
    return { uid, accountId, signedInAt: loginTs, amr: publicMethods(amr), acr, level: levelOf(amr) };
  };
}
