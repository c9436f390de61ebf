import { redeem, tokens, type Endpoints, type OperationName, type Target } from '../hot/operations.ts';
import { plainHttpAnywhere } from '../plain_http.ts';
import { signInAt, type Person } from './browse.ts';

/** An app that is registered at the provider. */
export interface StaticClient {
  client_id: string;
  client_secret: string;
  redirectUri: string;
}

/** What can be measured at a provider, and why the rest cannot. */
export interface Offered {
  target: Target;
  names: OperationName[];
  /** As sentences. */
  leftOut: string[];
}

interface Metadata {
  authorization_endpoint: string;
  token_endpoint: string;
  userinfo_endpoint?: string;
  introspection_endpoint?: string;
  jwks_uri: string;
  grant_types_supported?: string[];
  scopes_supported?: string[];
  token_endpoint_auth_methods_supported?: string[];
}

/** Reads the discovery document, signs somebody in, and tries what is announced. Rejects when nobody can be signed in. */
export async function discoverTarget(issuer: string, client: StaticClient, person: Person): Promise<Offered> {
  const http = plainHttpAnywhere();
  const discovery = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await http('GET', discovery, ['Accept: application/json']);
  if (answer.status !== 200) throw new Error(`${discovery} answered ${answer.status}`);
  const metadata = JSON.parse(answer.text) as Metadata; // OpenID Connect Discovery 1.0, section 3
  const { client_id, client_secret, redirectUri: callback } = client;
  const app = { client_id, client_secret };
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const authenticates = methods.includes('client_secret_post') ? 'post' : 'basic';
  const endpoints = endpointsOf(metadata, discovery);
  const plain = { http, endpoints, callback, app, service: app, authenticates } as const;
  const { location, cookie } = await signInAt(plain, person);
  const target: Target = { ...plain, cookie };
  const first = await redeem(target, location);
  if (first['access_token'] === undefined) throw new Error('the code of the first sign-in was not redeemed');
  const leftOut: string[] = [];
  const names: OperationName[] = ['discovery', 'jwks'];
  if ((await tokens(target)).access_token !== 'undefined') names.push('code');
  else leftOut.push('code: the session does not lead to a code without a page in between');
  if (endpoints.userinfo) names.push('userinfo');
  else leftOut.push('userinfo: discovery announces no userinfo_endpoint');
  if (endpoints.introspect) names.push('introspect');
  else leftOut.push('introspect: discovery announces no introspection_endpoint');
  if (metadata.grant_types_supported?.includes('client_credentials')) names.push('client-credentials');
  else leftOut.push('client-credentials: discovery does not announce the grant type');
  const scope = await refreshScope(target, metadata);
  if (scope !== undefined) names.push('refresh');
  else leftOut.push('refresh: no refresh token came along, with offline_access neither');
  return { target: { ...target, ...(scope && { scope }) }, names, leftOut };
}

function endpointsOf(metadata: Metadata, discovery: string): Endpoints {
  const { userinfo_endpoint: userinfo, introspection_endpoint: introspect } = metadata;
  return {
    authorize: metadata.authorization_endpoint,
    token: metadata.token_endpoint,
    ...(userinfo !== undefined && { userinfo }),
    ...(introspect !== undefined && { introspect }),
    jwks: metadata.jwks_uri,
    discovery,
  };
}

/** With which scope a refresh token comes in the session; undefined when none does. */
async function refreshScope(target: Target, { scopes_supported: scopes = [] }: Metadata): Promise<string | undefined> {
  const tried = ['openid', ...(scopes.includes('offline_access') ? ['openid offline_access'] : [])];
  for (const scope of tried) if ((await tokens({ ...target, scope })).refresh_token !== 'undefined') return scope;
  return undefined;
}
