import { z } from 'zod';
import { hasAllowedScheme, type Outbound } from '../../outbound/index.ts';
import { readJson } from '../engines/read_json.ts';
import { UpstreamFailure } from '../failure.ts';
import type { Endpoints } from '../preset.ts';

const url = z.url().max(2048);

/** The part of a discovery document (OpenID Connect Discovery 3, RFC 9207 3) that we use; the rest is dropped. */
export const documentSchema = z.object({
  issuer: z.string(),
  authorization_endpoint: url,
  token_endpoint: url,
  jwks_uri: url,
  userinfo_endpoint: url.optional(),
  end_session_endpoint: url.optional(),
  revocation_endpoint: url.optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
  code_challenge_methods_supported: z.array(z.string()).optional(),
});
/** A discovery document that was checked. */
export type DiscoveryDocument = z.output<typeof documentSchema>;

/** What a document must not name. */
export interface DocumentRules {
  /** Our own issuer: an upstream that ends here is a loop. */
  ownIssuer: string;
  development: boolean;
}

/**
 * Fetches a discovery document. Throws `discovery_failed` when there is none now, `discovery_refused` when it is there but
 * another issuer's, incomplete, plain http, or points at ourselves.
 */
export async function fetchDocument(
  issuer: string,
  rules: DocumentRules,
  fetch: Outbound['fetch'],
): Promise<DiscoveryDocument> {
  // Discovery 4.1: the path is appended after any final slash is removed.
  const answer = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    headers: { accept: 'application/json' },
  });
  if (answer.status >= 500 || answer.status === 429) throw new UpstreamFailure('discovery_failed');
  const parsed = documentSchema.safeParse(answer.ok ? await readJson(answer) : undefined);
  if (!parsed.success) throw new UpstreamFailure('discovery_refused', { cause: parsed.error });
  if (parsed.data.issuer !== issuer)
    throw new UpstreamFailure('discovery_refused', { upstreamError: 'issuer_differs' });
  for (const endpoint of Object.values(endpointsOf(parsed.data))) {
    if (endpoint !== undefined) checkEndpoint(new URL(endpoint), rules);
  }
  return parsed.data;
}

/** The endpoints of a document, under the names of a preset. */
export function endpointsOf(document: DiscoveryDocument): Endpoints {
  return {
    authorization: document.authorization_endpoint,
    token: document.token_endpoint,
    jwks: document.jwks_uri,
    userinfo: document.userinfo_endpoint,
    end_session: document.end_session_endpoint,
    revocation: document.revocation_endpoint,
  };
}

/** Addresses behind names are judged when they are called; here only what a browser would be sent to as well. */
function checkEndpoint(endpoint: URL, { ownIssuer, development }: DocumentRules): void {
  if (!hasAllowedScheme(endpoint, development)) {
    throw new UpstreamFailure('discovery_refused', { upstreamError: 'not_https' });
  }
  if (endpoint.origin === new URL(ownIssuer).origin)
    throw new UpstreamFailure('discovery_refused', { upstreamError: 'loop' });
}
