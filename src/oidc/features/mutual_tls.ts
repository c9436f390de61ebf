import type { KoaContextWithOIDC } from 'oidc-provider';
import { certificateNames, isFor } from '../certificate_names.ts';
import type { OidcDeps } from '../deps.ts';
import { asContext } from '../protocol_errors.ts';
import type { ProtocolSettings } from '../protocol_settings.ts';
import { routes } from '../routes.ts';
import type { ProtocolFeature } from './feature.ts';

/** Endpoints that take a certificate, with the member of the discovery documents that names each (RFC 8705 5). */
const ALIASES = [
  'token',
  'userinfo',
  'introspection',
  'revocation',
  'pushed_authorization_request',
  'device_authorization',
  'backchannel_authentication',
] as const;

/** Clients and tokens that are bound to a certificate, which the proxy in front of us has seen. */
export const mutualTls: ProtocolFeature = {
  key: 'mutual_tls',
  specification: 'RFC 8705',
  on: (protocol) => protocol.mutual_tls !== false,
  configuration: ({ mutual_tls: tls }, deps) => ({
    features: {
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        tlsClientAuth: tls !== false && tls.methods.includes('tls_client_auth'),
        selfSignedTlsClientAuth: tls !== false && tls.methods.includes('self_signed_tls_client_auth'),
        getCertificate: (ctx) => seen(deps(), ctx)?.certificate,
        certificateAuthorized: (ctx) => seen(deps(), ctx)?.verified === true,
        certificateSubjectMatches(ctx, metadatum, expected) {
          const certificate = seen(deps(), ctx)?.certificate;
          return certificate !== undefined && isFor(certificate, metadatum, expected);
        },
      },
    },
  }),
  discovery: aliases,
  clientKeys: [...certificateNames, 'tls_client_certificate_bound_access_tokens'],
};

function seen({ web }: OidcDeps, ctx: KoaContextWithOIDC) {
  return web.clientCertificate(asContext(ctx));
}

/** A browser that is asked for a certificate shows a question to its person, so that they may have a host of their own. */
function aliases(protocol: ProtocolSettings): Record<string, unknown> {
  const { mutual_tls: tls, introspection, revocation } = protocol;
  if (!tls || tls.endpoints === undefined) return {};
  const served = {
    token: true,
    userinfo: true,
    introspection,
    revocation,
    pushed_authorization_request: protocol.pushed_requests,
    device_authorization: protocol.device_flow,
    backchannel_authentication: protocol.ciba,
  };
  const named = ALIASES.filter((name) => served[name]).map((name) => [
    `${name}_endpoint`,
    `${tls.endpoints}${routes[name]}`,
  ]);
  return { mtls_endpoint_aliases: Object.fromEntries(named) };
}
