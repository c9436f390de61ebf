import {
  errors,
  type Adapter,
  type Configuration,
  type Interaction,
  type KoaContextWithOIDC,
  type Session,
} from 'oidc-provider';
import { isForgotten } from '../accounts/index.ts';
import { CHAIN_PARAMETER, isInChain } from '../upstreams/index.ts';
import type { DirectoryEntry, OidcDeps } from './deps.ts';
import { createCookieSigner } from '../web/index.ts';
import { guarded } from './artifacts/guarded_database.ts';
import { bitsOfId } from './artifacts/models.ts';
import { mergeConfigurations } from './features/merge.ts';
import { allows } from './client_traits.ts';
import { whoIsNobody } from './features/ciba.ts';
import type { Grants } from './grants.ts';
import { createInteractionPolicy } from './interaction_policy.ts';
import { lifetimesOf } from './lifetimes.ts';
import { createRenderError } from './protocol_errors.ts';
import { protocolRules } from './protocol_rules.ts';
import { admitsStrangers } from './registration/bounds.ts';
import { subjectFor } from './subjects.ts';

/** What the configuration hands to the library. */
interface EngineParts {
  adapter: (name: string) => Adapter;
  grants: Pick<Grants, 'ofRequest'>;
  /** Where the page of a prompt is; notes the visit. */
  interactionUrl(ctx: KoaContextWithOIDC, interaction: Interaction): Promise<string>;
}

/** The library's configuration, in full. */
export function engineConfiguration(deps: OidcDeps, parts: EngineParts): Configuration {
  return mergeConfigurations([protocolRules(deps.protocol, () => deps), ownConfiguration(deps, parts)]);
}

/** What is there whatever the protocol offers. */
function ownConfiguration(deps: OidcDeps, parts: EngineParts): Configuration {
  const { issuer, keys, web, lifetimes, require } = deps;
  return {
    adapter: parts.adapter,
    extraParams: {
      // The token of an invitation to sign up: any app may send invited people here, and the visit keeps it sealed.
      invitation: null,
      // The upstream that the app would like its people to come through, without a stop at our page.
      idp_hint: null,
      [CHAIN_PARAMETER]: (_ctx, chain) => refuseLoop(issuer, chain),
    },
    discovery: deps.discovery,
    jwks: { keys: keys.signingKeys() },
    cookies: cookies(issuer, keys.cookieKeys, web),
    formats: { bitsOfOpaqueRandomness: (_ctx, { kind }) => bitsOfId(kind) },
    ttl: lifetimesOf(lifetimes, deps.protocol),
    findAccount: async (ctx, id) =>
      toAccount(allowedHere(ctx, await guarded(deps.accounts.find(id))), ctx.oidc.session) ?? whoIsNobody(ctx, id),
    loadExistingGrant(ctx) {
      refuseGoneUri(ctx);
      return parts.grants.ofRequest(ctx);
    },
    // Signing out of a browser does not take back what the person allowed the app: its tokens end, the consent stays.
    revokeGrantPolicy: ({ oidc }) =>
      oidc.route !== 'end_session_confirm' && !(oidc.route === 'revocation' && !!oidc.accessToken),
    interactions: {
      policy: createInteractionPolicy({
        sessionMax: lifetimes.session_max,
        need: require,
        subjectFor: (ctx, accountId) => subjectFor(deps, ctx, accountId),
      }),
      url: parts.interactionUrl,
    },
    // RFC 9700 4.14.2: every refresh token is used once, whatever kind of client holds it.
    // FAPI 2.0 5.3.2.1 wants none of it: there, a refresh token is bound to the client that holds it.
    rotateRefreshToken: ({ oidc }) => oidc.isFapi('2.0') === undefined,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    // Without offline_access everything ends with the session (OIDC Core 11).
    expiresWithSession: (_ctx, source) => !source.scopes.has('offline_access'),
    renderError: createRenderError({ web }),
    // The library's own guard is an agent of its own undici: ours checks more, for every request we make.
    fetch: (url, options) => fetchFor(deps, url)(url, withoutAgent(options)),
  };
}

/** The library asks once, when the request comes: by the end of a visit the URI may have been taken from the config. */
function refuseGoneUri({ oidc: { client, params } }: KoaContextWithOIDC): void {
  const uri = params?.['redirect_uri'];
  if (typeof uri === 'string' && client?.redirectUriAllowed(uri) === false) throw new errors.InvalidRedirectUri();
}

/** An app that is an issuer itself sends us people whom we sent there: signing them in here would prove nothing anew. */
function refuseLoop(issuer: string, chain: unknown): void {
  if (isInChain(chain, issuer))
    throw new errors.InvalidRequest('this sign-in has come through here already (idp_chain)');
}

function cookies(
  issuer: string,
  keys: () => string[],
  { cookies: { nameOf } }: OidcDeps['web'],
): Configuration['cookies'] {
  const options = {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    secure: issuer.startsWith('https:'),
    overwrite: true,
  } as const;
  return {
    keys: createCookieSigner(keys),
    names: { session: nameOf('session'), interaction: nameOf('interaction'), resume: nameOf('resume') },
    long: { ...options, path: '/' },
    short: options,
  };
}

/** Where no page can say so, an account that may not use the client is nobody: what it holds of it is of no use any more. */
function allowedHere(
  { oidc: { route, client } }: KoaContextWithOIDC,
  entry: DirectoryEntry | undefined,
): DirectoryEntry | undefined {
  return ['token', 'userinfo'].includes(route) && entry && !allows(client, entry.claims()) ? undefined : entry;
}

/** Nobody, for a session whose login was proven before everything of its account was ended: a resume may have saved it afterwards. */
function toAccount(entry: DirectoryEntry | undefined, session: Session | undefined) {
  if (!entry?.usable) return undefined;
  const own = session?.accountId === entry.id ? session.loginTs : undefined;
  if (own !== undefined && isForgotten(own, entry)) return undefined;
  const { id, secondStep } = entry;
  return { accountId: id, secondStep, claims: () => ({ ...entry.claims(), sub: id }) };
}

/** What an admin wrote down may be private; what a stranger says of itself never is (design: Outbound). */
function fetchFor(deps: OidcDeps, url: Parameters<typeof fetch>[0]): typeof fetch {
  const isReviewed = !admitsStrangers(deps.protocol) || deps.clients.mentions(new Request(url).url);
  return isReviewed ? deps.outboundFetch : deps.strangers.fetch;
}

function withoutAgent(options: RequestInit = {}): RequestInit {
  const { dispatcher: _agent, ...rest }: RequestInit & { dispatcher?: unknown } = options;
  return rest;
}
