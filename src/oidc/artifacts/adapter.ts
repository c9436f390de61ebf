import Provider, { errors, type Adapter, type AdapterPayload } from 'oidc-provider';
import { publicMethods } from '../assurance.ts';
import { clientAdapter, managingOnly, type ClientSources } from './client_adapter.ts';
import { keyOf, mayBeOf, models, type ArtifactModel, type ModelName } from './models.ts';
import type { ModelStore } from './artifact_store.ts';
import { asRead, currentUnit, endsTogether, isStored, noteStored, takeBrought, untilSaved } from './request_scope.ts';
import { isAsGood } from './session_skip.ts';

interface AdapterDeps extends ClientSources {
  stores: Record<ModelName, ModelStore>;
  /** How long a pushed request is kept beyond its own time: a visit that began with it may last so long (RFC 9126 4). */
  visitSeconds: number;
}

/** oidc-provider's Adapter over our stores. */
export function adapterFactory(deps: AdapterDeps): (name: string) => Adapter {
  return (name) => {
    if (name === 'Client') return clientAdapter(deps);
    if (!isModel(name)) throw new TypeError(`the model ${name} is not stored`);
    const adapter = modelAdapter(name, deps);
    return name === 'RegistrationAccessToken' ? managingOnly(deps, adapter) : adapter;
  };
}

function isModel(name: string): name is ModelName {
  return Object.hasOwn(models, name);
}

function modelAdapter(name: ModelName, { stores, visitSeconds }: AdapterDeps): Adapter {
  const store = stores[name];
  const model: ArtifactModel = models[name];
  const extra = model.outlivesVisit ? visitSeconds : 0;
  const isSession = name === 'Session';
  const place = Object.keys(models).indexOf(name);
  const noted = (id: string, payload: AdapterPayload | undefined) => {
    if (payload) noteStored(model.table, keyOf(model, id, payload), isSession ? JSON.stringify(payload) : undefined);
    return payload;
  };
  return {
    async find(id) {
      if (!mayBeOf(model, id)) return undefined;
      const found = takeBrought(model.table, id) ?? (await store.find(id, isSession ? clientOfRequest() : undefined));
      return noted(id, found ?? (isRevoked() ? withoutEnd(await store.findKept(id)) : undefined));
    },
    findByUid: async (uid) => takeBrought(model.table, uid) ?? store.findByUid(uid),
    findByUserCode: (userCode) => store.findByUserCode(userCode),
    async upsert(id, payload, expiresIn) {
      const key = keyOf(model, id, payload);
      const artifact = {
        id,
        payload: isSession ? payload : withoutWay(payload),
        expiresIn: expiresIn === undefined ? undefined : expiresIn + extra,
      };
      if (model.once) return rejectReplay(await store.insert(artifact));
      const known = isStored(model.table, key);
      if (isSession && isAsGood(asRead(model.table, key), payload, expiresIn)) return;
      noteStored(model.table, key);
      const unit = currentUnit();
      if (unit) unit.deed.push(known ? store.steps.renewing(artifact) : store.steps.upserting(artifact));
      else await untilSaved(known ? store.renew(artifact) : store.upsert(artifact));
    },
    async consume(id) {
      if (!(await store.consume(id))) throw alreadyUsed(name);
    },
    async destroy(id) {
      if (model.key === 'uid' && isRotation(id)) return;
      const unit = currentUnit();
      // Of two returns from one page only one may go on: what the other one wanted to save is not written.
      if (unit && name === 'Interaction') return void unit.deed.push(store.steps.taking(id));
      if (!endsTogether(place, store.steps.destroying(id))) await store.destroy(id);
    },
    async revokeByGrantId(grantId) {
      if (!endsTogether(place, store.steps.revoking(grantId))) await store.revoke(grantId, sessionThatSignsOut());
    },
  };
}

/** Whether somebody asks in order to end what is found (RFC 7009). */
function isRevoked(): boolean {
  return Provider.ctx?.oidc.route === 'revocation';
}

/** Nobody is told that a token has ended which only a clock that is ahead takes for expired: whoever revokes it ends it for good. */
function withoutEnd(payload: AdapterPayload | undefined): AdapterPayload | undefined {
  return payload && { ...payload, exp: undefined };
}

/** Whose grant the library will ask for when it has the session of an authorization request. */
function clientOfRequest(): string | undefined {
  const clientId = Provider.ctx?.query['client_id'];
  return typeof clientId === 'string' ? clientId : undefined;
}

/** What is issued in a session says by which methods the person was proven, not through whom they came. */
function withoutWay(payload: AdapterPayload): AdapterPayload {
  return payload.amr === undefined ? payload : { ...payload, amr: publicMethods(payload.amr) };
}

/**
 * Before it saves a session under a new id the library removes the old one. Ours is one row found by its uid, which the
 * save moves to the new id in one statement: nobody sees it missing, and two tabs cannot make two of it.
 */
function isRotation(id: string): boolean {
  const session = Provider.ctx?.oidc.session;
  // The library sets `oldId` when it gives a session a new id; its types do not show it.
  return session !== undefined && 'oldId' in session && session.oldId === id;
}

/**
 * Signing out ends what was issued in this session. The grant is what the person allowed the app, in all browsers: it stays,
 * and so do the tokens of other sessions.
 */
function sessionThatSignsOut(): string | undefined {
  const oidc = Provider.ctx?.oidc;
  return oidc?.route === 'end_session_confirm' ? oidc.session?.uid : undefined;
}

/** The loser of a race, or whoever comes after the row was revoked. RFC 6749 4.1.2, RFC 9700 4.14.2, RFC 9126 4. */
function alreadyUsed(name: ModelName): Error {
  if (models[name].consumable === 'request_uri') return new errors.InvalidRequestUri('request_uri was already used');
  return new errors.InvalidGrant({ detail: alreadyUsedDetails[name] ?? 'already used' });
}

/** The library's own words for a second redemption, so that both ways of finding one read alike in the events. */
export const alreadyUsedDetails: Partial<Record<ModelName, string>> = {
  AuthorizationCode: 'authorization code already consumed',
  RefreshToken: 'refresh token already used',
};

/** The library looks first and saves then; only the insert itself decides. What it remembers are the assertions of clients. */
function rejectReplay(inserted: boolean): void {
  if (!inserted) throw new errors.InvalidClientAuth('client assertion tokens must only be used once');
}
