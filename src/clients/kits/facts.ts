import { isLoopbackHost } from '../../outbound/index.ts';
import type { ClientSettings } from '../settings.ts';
import { toMetadata } from '../templates.ts';
import type { Callback } from './callback.ts';
import type { AuthMethod, Kit } from './kit.ts';
import type { KitFacts } from './render.ts';

/** Who issues, and where; `paths` below the issuer. */
export interface KitPlace {
  issuer: string;
  /** What people call the issuer: the name of the brand. */
  name: string;
  paths: Readonly<Record<'authorization' | 'token' | 'userinfo' | 'end_session', string>>;
}

const SCOPE = 'openid profile email';

/** Everything a kit may want to know of a client. */
export function factsOf(kit: Kit, client: ClientSettings, callback: Callback, place: KitPlace): KitFacts {
  const { token_endpoint_auth_method: method, scope: own } = toMetadata(client);
  const { issuer, paths } = place;
  const known = Object.hasOwn(kit.auth, method) ? (method as AuthMethod) : 'client_secret_basic'; // a key of the record
  // An app that is for certain groups most likely wants to know them.
  const scope = typeof own === 'string' ? own : client.allow?.groups ? `${SCOPE} groups` : SCOPE;
  const redirect = callback.uri === undefined ? null : URL.parse(callback.uri);
  const logout = `${issuer}${paths.end_session}`;
  const [after] = client.post_logout_redirect_uris ?? [];
  return {
    issuer,
    discovery: `${issuer}/.well-known/openid-configuration`,
    authorize: `${issuer}${paths.authorization}`,
    token: `${issuer}${paths.token}`,
    userinfo: `${issuer}${paths.userinfo}`,
    signout_redirect: after === undefined ? logout : `${logout}?post_logout_redirect_uri=${encodeURIComponent(after)}`,
    backend_logout: `${logout}?id_token_hint={id_token}`,
    provider_name: place.name,
    client_id: client.client_id,
    secret_variable: secretVariable(client),
    auth_method: kit.auth[known],
    basic: flag(known === 'client_secret_basic'),
    post: flag(known === 'client_secret_post'),
    public: flag(known === 'none'),
    scope,
    scope_list: scope.split(' '),
    groups: flag(scope.split(' ').includes('groups')),
    redirect_uri: callback.uri,
    redirect_path: redirect?.pathname,
    base: redirect && redirect.origin !== 'null' ? `${redirect.origin}/` : undefined,
    callback_name: callback.name,
    post_logout_redirect_uri: after,
    insecure: flag(issuer.startsWith('http:')),
    loopback: flag(redirect !== null && redirect.port !== '' && isLoopbackHost(redirect.hostname)),
  };
}

/** The variable of the environment in which the kits expect the secret; undefined for a client without one. */
export function secretVariable(client: ClientSettings): string | undefined {
  if (!toMetadata(client).token_endpoint_auth_method.startsWith('client_secret_')) return undefined;
  return `${client.client_id.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}_CLIENT_SECRET`.replace(/^(?=\d)/, '_');
}

function flag(on: boolean): string | undefined {
  return on ? '' : undefined;
}
