import type Provider from 'oidc-provider';
import type { AdapterPayload, Client } from 'oidc-provider';
import type { QueueWorker } from '../../database/index.ts';
import type { SecurityEvent } from '../../events/index.ts';
import { epochSeconds } from '../../kit/clock.ts';
import type { ModelStore } from '../artifacts/artifact_store.ts';
import { inOneUnit, unitOfRequest } from '../artifacts/request_scope.ts';
import { acrFor, acrOf, isEnough, needOf, publicMethods } from '../assurance.ts';
import { allows, requiredBy, takesWay } from '../client_traits.ts';
import type { OidcDeps } from '../deps.ts';
import type { Oidc, RequestedScopes } from '../door.ts';
import type { Grants } from '../grants.ts';
import { wayOf } from '../login_way.ts';
import { claimsWithScope } from '../scope_words.ts';
import { OPENID_SCOPES } from '../visit.ts';
import type { AskedRequest, RequestAnswer } from './door.ts';
import { bindingGrant, type Requests, type StoredRequest } from './requests.ts';

/** What answering works with. */
export interface AnswerDeps {
  requests: Requests;
  sessions: Pick<ModelStore, 'findByUid'>;
  engine: () => { provider: Provider; grants: Pick<Grants, 'prepare'> };
  settings: () => Pick<OidcDeps, 'resources' | 'require' | 'protocol'>;
  accounts: OidcDeps['accounts'];
  recordDeed: OidcDeps['recordDeed'];
  pings: Pick<QueueWorker, 'wake'>;
}

/** Requests as the door offers them. */
export function createAskedRequests(deps: AnswerDeps): Pick<Oidc, 'requestsOf' | 'answerRequest'> {
  const { requests, settings } = deps;
  return {
    async requestsOf(accountId) {
      if (settings().protocol.ciba === false) return [];
      return (await requests.waiting(accountId)).map((stored) => describe(deps, stored));
    },
    async answerRequest(session, id, decision) {
      const stored = settings().protocol.ciba === false ? undefined : await requests.find(session.accountId, id);
      const client = stored && (await deps.engine().provider.Client.find(String(stored.payload.clientId)));
      const source = client && (await deps.sessions.findByUid(session.uid));
      if (!source || source.accountId !== session.accountId) return { ok: false, reason: 'gone' };
      const refused = decision === 'allow' ? await refusalOf(deps, client, stored, source) : undefined;
      return refused ?? answer(deps, { stored, client, source, decision });
    },
  };
}

function describe(deps: AnswerDeps, { id, payload }: StoredRequest): AskedRequest {
  const message = payload.params?.['binding_message'];
  return {
    id,
    clientId: String(payload.clientId),
    scopes: scopesOf(deps, payload),
    ...(typeof message === 'string' && { bindingMessage: message }),
    askedAt: new Date((payload.iat ?? 0) * 1000),
  };
}

/** What the app asks for, apart by whose it is; what its APIs do not know, nobody grants. */
function scopesOf({ settings }: AnswerDeps, { scope = '', claims = {}, resource }: AdapterPayload): RequestedScopes {
  const asked = scope.split(' ').filter(Boolean);
  const resources: RequestedScopes['resources'] = {};
  for (const indicator of resource === undefined ? [] : [resource].flat()) {
    const known = settings().resources.find(({ id }) => id === indicator)?.scopes ?? [];
    const theirs = asked.filter((each) => known.includes(each));
    if (theirs.length > 0) resources[indicator] = theirs;
  }
  const single = [claims.id_token, claims.userinfo].flatMap((each) => Object.keys(each ?? {}));
  const oidc = asked.filter((each) => OPENID_SCOPES.has(each));
  return { oidc, claims: claimsWithScope([...new Set(single)]), resources };
}

/** The rules of a visit, for a session that allows something to an app without a visit. */
async function refusalOf(
  { settings, accounts }: AnswerDeps,
  client: Client,
  { payload }: StoredRequest,
  { accountId = '', amr = [] }: AdapterPayload,
): Promise<RequestAnswer | undefined> {
  const account = await accounts.find(accountId);
  if (!account?.usable) return { ok: false, reason: 'gone' };
  if (!allows(client, account.claims())) return { ok: false, reason: 'not_allowed' };
  if (!takesWay(client, wayOf(amr))) return { ok: false, reason: 'way' };
  const need = needOf(settings().require, requiredBy(client), payload.params ?? {});
  if (isEnough(amr, { need, secondStep: account.secondStep })) return undefined;
  return { ok: false, reason: 'level', acr: acrFor(need) ?? 'mfa' };
}

/**
 * Everything in one transaction: the answer, what is granted, and that the app is to be told. The library's own
 * `backchannelResult` would save and tell one after the other.
 */
async function answer(
  deps: AnswerDeps,
  decided: { stored: StoredRequest; client: Client; source: AdapterPayload; decision: 'allow' | 'deny' },
): Promise<RequestAnswer> {
  const { stored, client, source, decision } = decided;
  const { provider, grants } = deps.engine();
  const accountId = String(source.accountId);
  const about = { reference: stored.reference, clientId: client.clientId, accountId };
  const { deed, events } = await inOneUnit(async () => {
    const id = String(stored.payload.jti);
    const request = await provider.BackchannelAuthenticationRequest.find(id);
    if (!request) return;
    if (decision === 'allow') {
      const grant = await grants.prepare(provider, about, scopesOf(deps, stored.payload));
      await grant.save();
      const proof = proofOf(source, request.scope);
      Object.assign(request, { grantId: grant.id, ...proof });
      const bound = { grantId: grant.id, persists: !proof.expiresWithSession };
      unitOfRequest().deed.push(bindingGrant(String(source.uid), client.clientId, bound));
    } else Object.assign(request, { error: 'access_denied', errorDescription: 'the End-User denied the request' });
    await request.save();
  });
  const ping = client['backchannelTokenDeliveryMode'] === 'ping';
  const event: SecurityEvent =
    decision === 'allow'
      ? { ...about, type: 'oidc.request_allowed', outcome: 'ok' }
      : { ...about, type: 'oidc.request_denied', outcome: 'refused' };
  const steps = [deps.requests.answering(accountId, stored.id, ping), ...deed];
  if (deed.length === 0 || !(await deps.recordDeed(steps, [...events, event]))) return { ok: false, reason: 'gone' };
  deps.pings.wake();
  return { ok: true };
}

/** By whom it was allowed; without offline_access everything ends with that session (OIDC Core 11). */
function proofOf({ uid, amr = [], loginTs = epochSeconds() }: AdapterPayload, scope = '') {
  return {
    acr: acrOf(amr),
    amr: publicMethods(amr),
    authTime: loginTs,
    sessionUid: uid,
    expiresWithSession: !scope.split(' ').includes('offline_access'),
  };
}
