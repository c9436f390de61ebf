import { decodeJwt } from 'jose';
import Provider from 'oidc-provider';
import type { ClientMetadata } from '../../clients/index.ts';
import { epochSeconds } from '../../kit/clock.ts';
import { acrOf, publicMethods } from '../assurance.ts';
import { allows } from '../client_traits.ts';
import { engineConfiguration } from '../configuration.ts';
import type { OidcDeps } from '../deps.ts';
import { routes } from '../routes.ts';
import { OPENID_SCOPES } from '../visit.ts';
import { askEngine } from './ask_engine.ts';
import { memoryAdapter } from './memory_adapter.ts';
import type { Claims, Preview, Previewed, PreviewWish } from './previewed.ts';

/**
 * Issues tokens through the library itself, over a store that ends with this call. The client is the registered one but for
 * what binds or hides a token: nobody has to authenticate, to prove a key or to decrypt. Nothing is recorded.
 */
export async function previewTokens(deps: OidcDeps, wish: PreviewWish): Promise<Previewed> {
  const client = deps.clients.find(wish.clientId) ?? wish.registered;
  if (!client) return { ok: false, reason: 'there is no such client' };
  const foreign = wish.scopes.find((scope) => !mayAsk(client['scope'], scope));
  if (foreign !== undefined) return { ok: false, reason: `this client may not ask for the scope ${foreign}` };
  if (!client.grant_types.some((grant) => GRANTS_OF_PEOPLE.has(grant))) {
    return { ok: false, reason: 'nobody signs in to this client: its tokens are its own' };
  }
  const account = await deps.accounts.find(wish.accountId);
  if (!account?.usable) return { ok: false, reason: 'nobody can sign in to this account' };
  if (!allows(client, account.claims())) return { ok: false, reason: 'this client is not for this account (`allow`)' };
  const { resource } = wish;
  const redirect_uri = client.redirect_uris[0] ?? NOWHERE;
  const provider = openProvider(deps, unbound(client, redirect_uri));
  const code = await giveCode(provider, wish, redirect_uri);
  const form = { grant_type: 'authorization_code', client_id: wish.clientId, code, redirect_uri };
  const answer = await askEngine(provider, { path: routes.token, form: { ...form, ...(resource && { resource }) } });
  const tokens = claimsIn(answer.body);
  const token = tokens['access_token'];
  if (typeof token !== 'string') return { ok: false, reason: sentenceIn(tokens) };
  const idToken = tokens['id_token'];
  return {
    ok: true,
    preview: {
      ...(typeof idToken === 'string' && { id_token: decodeJwt(idToken) }),
      ...(wish.scopes.includes('openid') && !resource && { userinfo: await userinfo(provider, token) }),
      access_token: await accessToken(provider, wish.clientId, token),
    },
  };
}

/** Where a client that no browser comes back to would get its code. */
const NOWHERE = 'https://app.invalid/';

const GRANTS_OF_PEOPLE: ReadonlySet<string> = new Set([
  'authorization_code',
  'implicit',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:openid:params:grant-type:ciba',
]);

interface UnboundClient {
  client_id: string;
  [metadatum: string]: unknown;
}

/** Metadata of what nobody does here: encrypt, show a certificate, ask in detail, exchange, be told. */
const LEFT_OUT = /_encrypted_response_|^tls_client_|^authorization_|^exchange$|^backchannel_/;

/** The registered client as somebody without its keys, and with a browser, can be it. */
function unbound(client: ClientMetadata, redirectUri: string): UnboundClient {
  return {
    ...Object.fromEntries(Object.entries(client).filter(([name]) => !LEFT_OUT.test(name))),
    client_id: client.client_id,
    redirect_uris: [redirectUri],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    token_endpoint_auth_signing_alg: undefined,
    dpop_bound_access_tokens: false,
  };
}

function openProvider(deps: OidcDeps, client: UnboundClient): Provider {
  const protocol: OidcDeps['protocol'] = {
    ...deps.protocol,
    client_authentication: ['none'],
    dpop: false,
    fapi: false,
    jwt_introspection: false,
    // By it alone the contents of an opaque token can be read.
    introspection: true,
  };
  const configuration = engineConfiguration(
    { ...deps, protocol },
    {
      adapter: memoryAdapter(client),
      grants: { ofRequest: async () => undefined },
      interactionUrl: async () => '/',
    },
  );
  return new Provider(deps.issuer, configuration);
}

/** A code as the library itself would have made it at the end of a visit in which everything was allowed. */
async function giveCode(provider: Provider, wish: PreviewWish, redirectUri: string): Promise<string> {
  const { accountId, clientId, resource, methods } = wish;
  const grant = new provider.Grant({ accountId, clientId });
  const own = wish.scopes.filter((scope) => OPENID_SCOPES.has(scope)).join(' ');
  const others = wish.scopes.filter((scope) => !OPENID_SCOPES.has(scope)).join(' ');
  if (own) grant.addOIDCScope(own);
  if (resource !== undefined && others) grant.addResourceScope(resource, others);
  const client = await provider.Client.find(clientId);
  if (!client) throw new TypeError('the client of a preview is always found');
  const code = new provider.AuthorizationCode({
    accountId,
    client,
    grantId: await grant.save(),
    gty: 'authorization_code',
    scope: wish.scopes.join(' '),
    redirectUri,
    amr: publicMethods(methods),
    acr: acrOf(methods),
    authTime: epochSeconds(),
    ...(resource !== undefined && { resource }),
  });
  return code.save();
}

function mayAsk(allowed: unknown, scope: string): boolean {
  return typeof allowed !== 'string' || !OPENID_SCOPES.has(scope) || allowed.split(' ').includes(scope);
}

async function userinfo(provider: Provider, token: string): Promise<Claims> {
  const { body } = await askEngine(provider, { path: routes.userinfo, token });
  return typeof body === 'string' ? decodeJwt(body) : claimsIn(body);
}

async function accessToken(provider: Provider, client_id: string, token: string): Promise<Preview['access_token']> {
  if (token.split('.').length === 3) return { opaque: false, claims: decodeJwt(token) };
  const { body } = await askEngine(provider, { path: routes.introspection, form: { token, client_id } });
  return { opaque: true, claims: claimsIn(body) };
}

function claimsIn(body: unknown): Claims {
  const members = typeof body === 'object' && body !== null ? Object.entries(body) : [];
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

function sentenceIn({ error, error_description: says }: Claims): string {
  return [error, says].filter((part) => typeof part === 'string').join(': ') || 'the engine gave no token';
}
