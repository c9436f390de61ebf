import type { AdapterPayload } from 'oidc-provider';
import { epochSeconds } from '../kit/clock.ts';
import { IdpError } from '../kit/errors.ts';
import { secretToken } from '../kit/random.ts';
import { models } from './artifacts/models.ts';
import { storedId } from './artifacts/rows.ts';
import { acrOf } from './assurance.ts';
import type { OidcDeps } from './deps.ts';
import type { Oidc } from './door.ts';

const { Session } = models;

/** Adds proofs to the session of a browser, in the store and past the library, which knows only logins. */
export function createRaise({ web }: Pick<OidcDeps, 'web'>): Oidc['raise'] {
  return async (ctx, within, methods) => {
    const id = web.cookies.get(ctx, 'session') ?? '';
    const own = within(Session.table).where('id', storedId(Session, id));
    const found: { payload: AdapterPayload } | undefined = await own.clone().forUpdate().first('payload');
    if (!found) throw new IdpError('interaction_expired');
    const { payload } = found;
    const amr = [...new Set([...(payload.amr ?? []), ...methods])];
    const raised = secretToken();
    const acr = acrOf(amr);
    await own.update({ id: storedId(Session, raised), payload: JSON.stringify({ ...payload, amr, acr }) });
    // Whoever had a copy of the old id must not be raised along (ASVS 5.0 7.2.4).
    const { exp } = payload;
    const stays = payload.transient !== true && exp !== undefined;
    web.cookies.set(ctx, 'session', raised, stays ? { maxAge: exp - epochSeconds() } : {});
  };
}
