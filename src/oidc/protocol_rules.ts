import { errors, type Client, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import { claimsByScope } from '../accounts/index.ts';
import { epochSeconds } from '../kit/clock.ts';
import { acrValues } from './assurance.ts';
import { needsPkce } from './client_traits.ts';
import { routes } from './routes.ts';

/** Prompts that a client may ask for, as the discovery document lists them. */
const PROMPTS = ['none', 'login', 'consent', 'select_account', 'create'];

const BODY_LIMIT = 256 * 1024;

/** Seconds ahead at which the assertion of a client may end: one that leaks is soon of no use. */
const LONGEST_ASSERTION = 600;

/** What differs between issuers. */
interface RulesOptions {
  /** Whether clients may have pairwise subjects. */
  pairwise: boolean;
  discovery?: { ui_locales_supported?: string[]; op_policy_uri?: string; op_tos_uri?: string };
  /** Whether the account of a token may be spoken of; every account when absent. */
  isUsable?: (accountId: string) => Promise<boolean>;
}

/**
 * What the protocol offers, whoever asks: endpoints, features, claims, algorithms. Code flow only. Everything that the
 * library would decide by a default of its own with a notice on the console is decided here.
 */
export function protocolRules({ pairwise, discovery, isUsable }: RulesOptions): Configuration {
  return {
    routes,
    responseTypes: ['code'],
    scopes: ['openid', 'offline_access'],
    claims,
    acrValues: [...acrValues],
    conformIdTokenClaims: true,
    subjectTypes: pairwise ? ['public', 'pairwise'] : ['public'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    // RS256 is the only algorithm a client may assume (OIDC Core 15.1); ES256 costs a tenth of it.
    clientDefaults: { id_token_signed_response_alg: 'RS256' },
    enabledJWA: {
      clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      idTokenSigningAlgValues: ['RS256', 'ES256'],
    },
    extraClientMetadata: { properties: ['first_party', 'require_pkce', 'require', 'upstreams'] },
    pkce: { required: (_ctx, client) => needsPkce(client) && refusePkceless() },
    discovery: { ...discovery, prompt_values_supported: PROMPTS },
    features: features(isUsable),
    clientBasedCORS: (ctx, origin, client) =>
      origin !== 'null' &&
      (ctx.oidc.route === 'userinfo' || client.clientAuthMethod === 'none') &&
      (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin),
    fetchResponseBodyLimits: { jwks_uri: BODY_LIMIT, sector_identifier_uri: BODY_LIMIT },
    allowOmittingSingleRegisteredRedirectUri: false,
    // Seconds by which the clock of a client that signs assertions may be wrong.
    clockTolerance: 15,
    assertJwtClientAuthClaimsAndHeader: refuseLongAssertion,
  };
}

/** What accounts release by which scope (OIDC Core 5.4). When and how somebody signed in stands in every ID token. */
const claims = { openid: ['sub', 'auth_time', 'acr', 'amr'], ...claimsByScope() };

const features = (isUsable: RulesOptions['isUsable'] = async () => true): Configuration['features'] => ({
  devInteractions: { enabled: false },
  dPoP: { enabled: false },
  clientCredentials: { enabled: true },
  backchannelLogout: { enabled: true },
  pushedAuthorizationRequests: { enabled: true },
  userinfo: { enabled: true },
  // A client learns of its own tokens only, while their account is usable; of any other it hears `active: false` (RFC 7662 4).
  introspection: {
    enabled: true,
    async allowedPolicy(_ctx, client, token) {
      if (token.clientId !== client.clientId) return false;
      // Client credentials have no account.
      return !('accountId' in token) || isUsable(token.accountId);
    },
  },
  revocation: { enabled: true, allowedPolicy: mayRevoke },
});

/** RFC 7009 2.1: a token of another client is left alone, and a client that authenticated is told so. */
function mayRevoke(_ctx: KoaContextWithOIDC, client: Client, token: { clientId?: string }): boolean {
  if (token.clientId === client.clientId) return true;
  if (client.clientAuthMethod === 'none') return false;
  throw new errors.InvalidRequest('this token was not issued to this client');
}

/** RFC 7523 3, 4: an end that lies unreasonably far ahead may be refused. The library itself asks for an end, an id, and us as audience. */
async function refuseLongAssertion(_ctx: KoaContextWithOIDC, { exp }: { exp?: unknown }): Promise<void> {
  if (Number(exp) > epochSeconds() + LONGEST_ASSERTION)
    throw new errors.InvalidClientAuth(`an assertion ends ${LONGEST_ASSERTION} seconds ahead at most`);
}

/** Never returns: the sentence names the key with which an admin can allow it. */
function refusePkceless(): never {
  throw new errors.InvalidRequest(
    'PKCE is required: send code_challenge with code_challenge_method=S256 (for a confidential client that cannot, an administrator can set require_pkce: false)',
  );
}
