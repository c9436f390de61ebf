import { errors, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import { claimsByScope } from '../accounts/index.ts';
import { epochSeconds } from '../kit/clock.ts';
import { OWN, ownAlgorithms } from './algorithms.ts';
import { acrValues } from './assurance.ts';
import { isOurOwn, needsPkce } from './client_traits.ts';
import type { OidcDeps } from './deps.ts';
import { features, featuresOf } from './features/index.ts';
import { mergeConfigurations } from './features/merge.ts';
import type { ProtocolSettings } from './protocol_settings.ts';
import { admitsStrangers, boundStranger } from './registration/bounds.ts';
import { routes } from './routes.ts';

/** Prompts that a client may ask for, as the discovery document lists them. */
const PROMPTS = ['none', 'login', 'consent', 'select_account', 'create'];

const BODY_LIMIT = 256 * 1024;

/** Seconds ahead at which the assertion of a client may end: one that leaks is soon of no use. */
const LONGEST_ASSERTION = 600;

/**
 * What the protocol offers, whoever asks: endpoints, features, claims, algorithms. Everything that the library would decide by
 * a default of its own with a notice on the console is decided here. `deps` are asked for when requests are served.
 */
export function protocolRules(protocol: ProtocolSettings, deps: () => OidcDeps): Configuration {
  const parts = featuresOf(protocol).map(({ configuration }) => configuration?.(protocol, deps) ?? {});
  return mergeConfigurations([base(protocol, deps), ...parts]);
}

function base(protocol: ProtocolSettings, deps: () => OidcDeps): Configuration {
  return {
    routes,
    scopes: ['openid', 'offline_access'],
    claims,
    acrValues: [...acrValues],
    conformIdTokenClaims: true,
    subjectTypes: ['public'],
    clientDefaults: { id_token_signed_response_alg: ownAlgorithms(protocol)[0] },
    enabledJWA: {
      idTokenSigningAlgValues: [...OWN],
    },
    extraClientMetadata: {
      properties: ownKeysOf(protocol),
      // It is asked once for each of them: once is enough.
      validator(_ctx, key, _value, metadata) {
        if (key === 'first_party') judgeClient(protocol, metadata, deps);
      },
    },
    pkce: { required: (_ctx, client) => needsPkce(client) && refusePkceless() },
    discovery: { prompt_values_supported: PROMPTS },
    // The library has these on by itself.
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: protocol.dpop !== false },
      pushedAuthorizationRequests: { enabled: protocol.pushed_requests !== false },
    },
    clientBasedCORS: (ctx, origin, client) =>
      origin !== 'null' &&
      (ctx.oidc.route === 'userinfo' || client.clientAuthMethod === 'none') &&
      (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin),
    fetchResponseBodyLimits: { jwks_uri: BODY_LIMIT, sector_identifier_uri: BODY_LIMIT },
    allowOmittingSingleRegisteredRedirectUri: false,
    // Seconds by which the clock of a client that signs assertions may be wrong.
    clockTolerance: 15,
    assertJwtClientAuthClaimsAndHeader: refuseAssertion,
  };
}

/** Our own keys of client metadata. */
const OF_EVERY_CLIENT = ['first_party', 'require_pkce', 'require', 'upstreams', 'allow', 'lifetimes', 'client_secrets'];

function ownKeysOf(protocol: ProtocolSettings): string[] {
  return [...OF_EVERY_CLIENT, ...featuresOf(protocol).flatMap(({ ownKeys }) => ownKeys ?? [])];
}

/** What else only an admin can say of a client. */
const ADMIN_KEYS = features.flatMap(({ adminKeys }) => adminKeys ?? []);

/** What every feature says of a client, once for each client; our own are as we made them. */
function judgeClient(protocol: ProtocolSettings, metadata: Record<string, unknown>, deps: () => OidcDeps): void {
  if (isOurOwn(metadata['client_id'])) return;
  if (admitsStrangers(protocol)) {
    const { clients, strangers } = deps();
    const isStranger = clients.find(String(metadata['client_id'])) === undefined;
    const ownKeys = [...ownKeysOf(protocol), ...ADMIN_KEYS];
    if (isStranger) boundStranger(metadata, { protocol, ownKeys, loopback: strangers.loopback() });
  }
  for (const { client } of features) client?.(metadata, protocol);
}

/** What accounts release by which scope (OIDC Core 5.4). When and how somebody signed in stands in every ID token. */
const claims = { openid: ['sub', 'auth_time', 'acr', 'amr'], ...claimsByScope() };

/** RFC 7523 3, 4: an end that lies unreasonably far ahead may be refused. The library itself asks for an end, an id, and us as audience. */
async function refuseAssertion({ oidc }: KoaContextWithOIDC, { exp, aud }: Record<string, unknown>): Promise<void> {
  // FAPI 2.0 Security Profile 5.3.2.1: the issuer alone, and no list.
  if (oidc.isFapi('2.0') && aud !== oidc.issuer) throw new errors.InvalidClientAuth('the audience is the issuer alone');
  if (Number(exp) > epochSeconds() + LONGEST_ASSERTION)
    throw new errors.InvalidClientAuth(`an assertion ends ${LONGEST_ASSERTION} seconds ahead at most`);
}

/** Never returns: the sentence names the key with which an admin can allow it. */
function refusePkceless(): never {
  throw new errors.InvalidRequest(
    'PKCE is required: send code_challenge with code_challenge_method=S256 (for a confidential client that cannot, an administrator can set require_pkce: false)',
  );
}
