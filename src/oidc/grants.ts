import type Provider from 'oidc-provider';
import type { AdapterPayload, Grant, KoaContextWithOIDC } from 'oidc-provider';
import type { Database } from '../database/index.ts';
import type { RecordEvent } from '../events/index.ts';
import { epochSeconds, now } from '../kit/clock.ts';
import { secretToken } from '../kit/random.ts';
import { models } from './artifacts/models.ts';
import { bring, currentUnit } from './artifacts/request_scope.ts';
import { isFirstParty } from './client_traits.ts';
import type { RequestedScopes } from './door.ts';
import { claimsWithScope } from './scope_words.ts';

/** How much of its life a grant may have lived before a use of it begins the life anew; spares a write at each sign-in. */
const RENEWED_AFTER = 0.02;

/** What grants work with. */
interface GrantsDeps {
  database: Database;
  record: RecordEvent;
  grantSeconds: number;
}

const newest = {
  name: 'grants_newest_of',
  text: 'select id, payload from grants where account_id = $1 and client_id = $2 and expires_at > $3 order by expires_at desc limit 1',
};

/** What a person allowed an app: one grant for account and client, in whichever browser. */
export interface Grants {
  /**
   * The grant of the account of this request: the one just consented to, the session's, or the one remembered from before.
   * One of our own apps is granted what it asks for. OIDC Core 3.1.2.4.
   */
  ofRequest(ctx: KoaContextWithOIDC): Promise<Grant | undefined>;
  /** Grants what is missing, once `save` is called: the id is known before, so that another statement can decide first. */
  prepare(provider: Provider, holder: GrantHolder, missing: RequestedScopes): Promise<PreparedGrant>;
}

/** A grant that is not given yet. */
export interface PreparedGrant {
  id: string;
  save(): Promise<void>;
}

/** Who allows, and whom. */
interface GrantHolder {
  accountId: string;
  clientId: string;
  reference?: string;
}

/** Grants over the library's own model, which saves them through our store. */
export function createGrants({ database, record, grantSeconds }: GrantsDeps): Grants {
  const find = async (provider: Provider, holder: GrantHolder, id?: string): Promise<Grant | undefined> => {
    const named = id === undefined ? undefined : await provider.Grant.find(id);
    if (named?.accountId === holder.accountId && named.clientId === holder.clientId) return named;
    const { rows } = await database.run<{ id: string; payload: AdapterPayload }>(newest, [
      holder.accountId,
      holder.clientId,
      now(),
    ]);
    const [row] = rows;
    if (!row) return undefined;
    bring(models.Grant.table, row.id, () => ({ ...row.payload, jti: row.id }));
    return provider.Grant.find(row.id);
  };
  const grant = async (holder: GrantHolder, target: Grant, missing: RequestedScopes) => {
    if (missing.oidc.length > 0) target.addOIDCScope(missing.oidc);
    if (missing.claims.length > 0) target.addOIDCClaims(missing.claims);
    for (const [resource, scopes] of Object.entries(missing.resources))
      target.addResourceScope(resource, scopes.join(' '));
    target.exp = epochSeconds() + grantSeconds;
    await target.save();
    const scope = [...missing.oidc, ...missing.claims, ...Object.values(missing.resources).flat()].join(' ');
    const event = { type: 'oidc.grant_given', outcome: 'ok', ...holder, detail: { scope } } as const;
    const unit = currentUnit();
    if (unit) unit.events.push(event);
    else await record(event);
    return target;
  };
  const renew = async (found: Grant): Promise<void> => {
    if (found.remainingTTL > grantSeconds * (1 - RENEWED_AFTER)) return;
    found.exp = epochSeconds() + grantSeconds;
    await found.save();
  };
  return {
    async ofRequest(ctx) {
      const { provider, client, account, result, session } = ctx.oidc;
      if (!client || !account) return undefined;
      const holder = { accountId: account.accountId, clientId: client.clientId };
      const found = await find(provider, holder, result?.consent?.grantId ?? session?.grantIdFor(client.clientId));
      const missing = isFirstParty(client) && !asksForAnotherAccount(ctx) ? missingOf(ctx, found) : nothing;
      if (!isNothing(missing)) return grant(holder, found ?? blank(provider, holder), missing);
      if (found) await renew(found);
      return found;
    },
    async prepare(provider, holder, missing) {
      const target = (await find(provider, holder)) ?? blank(provider, holder);
      target.jti ||= secretToken();
      return { id: target.jti, save: async () => void (await grant(holder, target, missing)) };
    },
  };
}

function blank(provider: Provider, { accountId, clientId }: GrantHolder): Grant {
  return new provider.Grant({ accountId, clientId });
}

const nothing: RequestedScopes = { oidc: [], claims: [], resources: {} };

function isNothing({ oidc, claims, resources }: RequestedScopes): boolean {
  return oidc.length + claims.length + Object.keys(resources).length === 0;
}

/** Whoever the page will bring may be somebody else than the account of the session. */
function asksForAnotherAccount({ oidc }: KoaContextWithOIDC): boolean {
  return ['select_account', 'create', 'login'].some((name) => oidc.prompts.has(name) && oidc.promptPending(name));
}

/** What the request asks for beyond what the grant holds. */
function missingOf({ oidc }: KoaContextWithOIDC, found: Grant | undefined): RequestedScopes {
  const known = new Set(found?.getOIDCScopeEncountered().split(' '));
  const allowed = new Set(found?.getOIDCClaimsEncountered());
  const missing: RequestedScopes = {
    oidc: [...oidc.requestParamOIDCScopes].filter((scope) => !known.has(scope)),
    claims: claimsWithScope([...oidc.requestParamClaims]).filter((claim) => !allowed.has(claim)),
    resources: {},
  };
  for (const [indicator, server] of Object.entries(oidc.resourceServers ?? {})) {
    const granted = new Set(found?.getResourceScopeEncountered(indicator).split(' '));
    const asked = [...oidc.requestParamScopes].filter((scope) => server.scopes.has(scope) && !granted.has(scope));
    if (asked.length > 0) missing.resources[indicator] = asked;
  }
  return missing;
}
