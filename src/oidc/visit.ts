import type { AdapterPayload } from 'oidc-provider';
import type { Level } from '../clients/index.ts';
import { needOf } from './assurance.ts';
import { describeDetails } from './authorization_details/describe_detail.ts';
import type { AuthorizationTypes } from './authorization_details/type_settings.ts';
import type { KnownClient } from './client_directory.ts';
import type { RequestedScopes, Visit } from './door.ts';
import { methodsWithoutWay, upstreamOf } from './login_way.ts';
import type { VisitRecord } from './visit_store.ts';
import { scopesIn } from './requested_scopes.ts';

/** A visit as pages see it, out of what the library and we have stored of it. */
export function describeVisit(
  uid: string,
  record: VisitRecord,
  interaction: AdapterPayload,
  around: { client: KnownClient; session: AdapterPayload; need: Level; types: AuthorizationTypes },
): Visit {
  const { client } = around;
  const { prompt, params = {}, session, lastSubmission, returnTo } = interaction;
  const details = prompt?.details ?? {};
  const redirectUri = typeof params['redirect_uri'] === 'string' ? params['redirect_uri'] : undefined;
  return {
    uid,
    reference: record.reference,
    browserHash: record.browserHash,
    prompt: { name: prompt?.name ?? '', reasons: prompt?.reasons ?? [], details },
    continued: lastSubmission !== undefined,
    params,
    client: describeClient(client, redirectUri),
    // A device has no redirect URI: its visit ends here.
    formTarget: formTargetOf(redirectUri ?? returnTo) ?? '',
    accountId: session?.accountId,
    session: sessionOf(around.session),
    need: needOf(around.need, client.require, params),
    progress: record.progress,
    scopes: scopesOf(params, missingOf(details)),
    details: describeDetails(around.types, details['rar']),
  };
}

/** A stranger chooses neither a picture on our pages, which would be one of ours, nor where they lead. */
function describeClient(client: KnownClient, redirectUri: string | undefined): Visit['client'] {
  const { client_id: id, stranger } = client;
  return {
    id,
    name: client.client_name,
    ...(!stranger && { uri: text(client['client_uri']), logo: text(client['logo_uri']) }),
    policy_uri: text(client['policy_uri']),
    tos_uri: text(client['tos_uri']),
    first_party: client.first_party,
    upstreams: client.upstreams,
    allow: client.allow,
    // Of a document it is known where it lies; a redirect URI on loopback says nothing.
    host: hostOf(stranger === 'document' ? id : redirectUri),
    stranger,
  };
}

function sessionOf({ accountId, loginTs, amr = [], transient }: AdapterPayload): Visit['session'] {
  if (accountId === undefined || loginTs === undefined) return undefined;
  const upstreamId = upstreamOf(amr);
  return { accountId, methods: methodsWithoutWay(amr), upstreamId, signedInAt: loginTs, remember: transient !== true };
}

/** Origin, or scheme of an app: what CSP's form-action must allow at the end of a visit. */
export function formTargetOf(uri: string | undefined): string | undefined {
  const url = uri === undefined ? null : URL.parse(uri);
  if (!url) return undefined;
  return url.origin === 'null' ? url.protocol : url.origin;
}

/** What the consent rules of the interaction policy found to be missing. */
function missingOf(details: Record<string, unknown>): RequestedScopes {
  const resources: RequestedScopes['resources'] = {};
  const found = details['missingResourceScopes'];
  for (const [indicator, scopes] of Object.entries(typeof found === 'object' && found !== null ? found : {})) {
    resources[indicator] = texts(scopes);
  }
  return { oidc: texts(details['missingOIDCScope']), claims: texts(details['missingOIDCClaims']), resources };
}

/** Scopes of OpenID Connect are ours; any other one belongs to the resources that the request names (RFC 8707 2.1). */
export const OPENID_SCOPES: ReadonlySet<string> = new Set([
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'groups',
  'offline_access',
]);

function scopesOf(params: Record<string, unknown>, missing: RequestedScopes): Visit['scopes'] {
  const asked = scopesIn(text(params['scope']));
  const indicators = typeof params['resource'] === 'string' ? [params['resource']] : texts(params['resource']);
  const resources: RequestedScopes['resources'] = {};
  for (const indicator of indicators) {
    const open = missing.resources[indicator] ?? [];
    const granted = asked.filter((scope) => !OPENID_SCOPES.has(scope) && !open.includes(scope));
    if (granted.length > 0) resources[indicator] = granted;
  }
  const oidc = asked.filter((scope) => OPENID_SCOPES.has(scope) && !missing.oidc.includes(scope));
  return { missing, granted: { oidc, claims: [], resources } };
}

function hostOf(uri: string | undefined): string {
  const url = uri === undefined ? null : URL.parse(uri);
  return url?.host || url?.protocol.slice(0, -1) || '';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
