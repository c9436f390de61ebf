import { errors, type Client, type KoaContextWithOIDC } from 'oidc-provider';
import { isForgotten } from '../../accounts/index.ts';
import { epochSeconds } from '../../kit/clock.ts';
import { allows } from '../client_traits.ts';
import type { OidcDeps } from '../deps.ts';
import { accessTokenLifetime } from '../lifetimes.ts';
import { asContext } from '../protocol_errors.ts';
import { resourceServer } from '../resources.ts';
import { subjectFor } from '../subjects.ts';
import { actFor, mayAct, mayExchange, policyOf, scopesFor, type ExchangePolicy } from './exchange_policy.ts';
import { findToken, type Act, type KnownToken } from './known_tokens.ts';
import type { Origin } from './origin.ts';
import { holds, possessionOf, type Possession } from './possession.ts';

/** The grant type, as requests name it (RFC 8693 2.1). */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const JWT = 'urn:ietf:params:oauth:token-type:jwt';

/** What a request may say beside the grant type and the client. */
export const exchangeParameters = [
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'resource',
  'audience',
  'scope',
] as const;

type Parameters = Partial<Record<(typeof exchangeParameters)[number], string>>;

/** A request of an authenticated client, with what it has proven. */
interface Exchange {
  ctx: KoaContextWithOIDC;
  client: Client;
  policy: ExchangePolicy;
  params: Parameters;
  /** Everything it holds, for what the given tokens are bound to. */
  proven: Possession;
  /** What the new token is bound to. */
  binding: Possession;
}

/**
 * Answers a token for a token: a shorter-lived JWT for another API, about the same person, which says who acts and allows no
 * more. The person, their grant and their session must be there still. `noteAct` keeps what the token is to say.
 */
export async function exchange(
  ctx: KoaContextWithOIDC,
  deps: OidcDeps,
  noteAct: (token: object, act: Act | undefined) => void,
): Promise<void> {
  const request = await readRequest(ctx, deps);
  const { client, policy, params, binding } = request;
  const target = targetOf(deps, request);
  const subject = await subjectOf(request, deps);
  const actor = params.actor_token === undefined ? undefined : await actorOf(request, deps);
  if (!mayAct(subject, client, actor)) throw new errors.UnauthorizedClient('this token names another client as actor');

  const { AccessToken, ResourceServer } = ctx.oidc.provider;
  const server = new ResourceServer(target.audience, target.server);
  const scopes = scopesFor(policy, subject, { scope: params.scope, known: new Set(target.server.scope.split(' ')) });
  const left = subject.expiresAt - epochSeconds();
  // It may have ended while we looked, and the library takes a lifetime of zero for none that was said.
  if (left <= 0) throw notUsable('subject_token');
  const { accountId, grantId, sessionUid } = subject.origin;
  const token = new AccessToken({
    client,
    accountId,
    grantId,
    gty: TOKEN_EXCHANGE,
    scope: scopes.join(' '),
    resourceServer: server,
    expiresIn: Math.min(left, accessTokenLifetime(deps.lifetimes, { resourceServer: target.server }, client)),
    ...(sessionUid !== undefined && { sessionUid, expiresWithSession: true }),
    ...binding,
  });
  noteAct(token, actFor(policy, client, subject.act, actor));
  const value = await token.save();
  const detail = { from: subject.audience ?? subject.clientId, to: target.audience, scope: scopes.join(' ') };
  const about = { reference: deps.web.referenceOf(asContext(ctx)), clientId: client.clientId, accountId };
  await deps.record({ type: 'oidc.token_exchanged', outcome: 'ok', ...about, detail });
  ctx.body = {
    access_token: value,
    issued_token_type: ACCESS_TOKEN,
    token_type: token.tokenType,
    expires_in: token.expiration,
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
  };
}

async function readRequest(ctx: KoaContextWithOIDC, deps: OidcDeps): Promise<Exchange> {
  const { client } = ctx.oidc;
  // Only strings: the library takes no list for any of these.
  const params = (ctx.oidc.params ?? {}) as Parameters;
  const policy = policyOf(client?.['exchange']);
  if (!client || !policy || client.clientAuthMethod === 'none')
    throw new errors.UnauthorizedClient('this client may not exchange tokens');
  if ((params.requested_token_type ?? ACCESS_TOKEN) !== ACCESS_TOKEN)
    throw new errors.InvalidRequest('requested_token_type can only be an access token');
  const proven = await possessionOf(ctx, deps);
  const mustBind = {
    jkt: client['dpopBoundAccessTokens'] === true,
    'x5t#S256': client['tlsClientCertificateBoundAccessTokens'] === true,
  };
  if ((mustBind.jkt && !proven.jkt) || (mustBind['x5t#S256'] && !proven['x5t#S256']))
    throw new errors.InvalidGrant('tokens of this client are bound, and it has proven no key');
  return { ctx, client, policy, params, proven, binding: bindingOf(proven, mustBind) };
}

/** A token is bound to one thing: the key of a proof, or the certificate of a client that wants it so. */
function bindingOf({ jkt, 'x5t#S256': x5t }: Possession, must: { 'x5t#S256': boolean }): Possession {
  if (jkt !== undefined && must['x5t#S256'])
    throw new errors.InvalidRequest('multiple proof-of-possession mechanisms are not allowed');
  return must['x5t#S256'] ? { 'x5t#S256': x5t } : jkt === undefined ? {} : { jkt };
}

/** One API, by its id: a token for several would be of use to each of them at the others. */
function targetOf(deps: OidcDeps, { client, policy, params }: Exchange) {
  const { resource, audience } = params;
  const named = [...new Set([resource, audience].filter((name) => name !== undefined))];
  const [id] = named;
  if (id === undefined || named.length > 1) throw new errors.InvalidTarget('name one API as resource');
  if (!policy.to.includes(id)) throw new errors.InvalidTarget('this client gets no tokens for this API by exchange');
  return { audience: id, server: resourceServer(deps, id, { client, params: { ...params } }) };
}

/** The token that a request brings, of ours, unchanged, not over, and shown by whoever holds what it is bound to. */
async function givenToken(
  { ctx, params, proven }: Exchange,
  deps: OidcDeps,
  name: 'subject_token' | 'actor_token',
): Promise<KnownToken> {
  const [text, type] = [params[name], params[`${name}_type`]];
  if (text === undefined) throw new errors.InvalidRequest(`missing required parameter '${name}'`);
  if (type !== ACCESS_TOKEN && !(type === JWT && text.includes('.')))
    throw new errors.InvalidRequest(`${name}_type can only be an access token`);
  const token = await findToken(ctx.oidc.provider, deps, text);
  if (!token || !holds(token, proven)) throw notUsable(name);
  return token;
}

/** The token about a person that this client may exchange, while what it came from is there. */
async function subjectOf(request: Exchange, deps: OidcDeps): Promise<KnownToken & { origin: Origin }> {
  const subject = await givenToken(request, deps, 'subject_token');
  const { origin } = subject;
  if (!origin) throw new errors.InvalidRequest('a subject_token is about a person');
  if (!mayExchange(request.policy, subject))
    throw new errors.UnauthorizedClient('this client may not exchange this token');
  if (!(await isAlive(request.ctx, deps, subject, origin))) throw notUsable('subject_token');
  return { ...subject, origin };
}

/** Whoever acts shows a token that this very client was given. */
async function actorOf(request: Exchange, deps: OidcDeps): Promise<Act> {
  const { ctx, client } = request;
  const given = await givenToken(request, deps, 'actor_token');
  const { clientId, origin } = given;
  if (clientId !== client.clientId) throw notUsable('actor_token');
  if (!origin) return { sub: clientId };
  if (!(await isAlive(ctx, deps, given, origin))) throw notUsable('actor_token');
  return { sub: subjectFor(deps, ctx, origin.accountId), client_id: clientId };
}

/** RFC 8693 2.2.2. The same words for every reason: whoever brings a token learns nothing more about it. */
function notUsable(name: string): Error {
  return new errors.InvalidRequest(`the ${name} is not usable`);
}

/**
 * Whether what a token came from is there still: a usable account that this client is for, what it allowed, the clients that
 * have it, and the session where it ends with one.
 */
async function isAlive(
  ctx: KoaContextWithOIDC,
  deps: OidcDeps,
  { clientId, issuedAt }: KnownToken,
  origin: Origin,
): Promise<boolean> {
  const { Client, Grant, Session } = ctx.oidc.provider;
  const account = await deps.accounts.find(origin.accountId);
  if (!account?.usable || isForgotten(issuedAt, account) || !allows(ctx.oidc.client, account.claims())) return false;
  const grant = await Grant.find(origin.grantId);
  if (grant?.accountId !== origin.accountId || grant.clientId === undefined) return false;
  // Whom the person allowed it, and whoever had it by an exchange since.
  for (const id of new Set([grant.clientId, clientId])) {
    const holder = await Client.find(id);
    if (!holder || !allows(holder, account.claims())) return false;
  }
  if (origin.sessionUid === undefined) return true;
  const session = await Session.findByUid(origin.sessionUid);
  return session?.accountId === origin.accountId && session.grantIdFor(grant.clientId) === origin.grantId;
}
