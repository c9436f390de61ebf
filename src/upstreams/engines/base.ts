import type { UpstreamDefinition } from '../definition.ts';
import { UpstreamFailure } from '../failure.ts';
import type { Line } from '../calls/line.ts';
import { readPath } from '../mapping/paths.ts';
import type { Metadata } from '../metadata/metadata.ts';
import type { Tokens, Upstream } from '../upstream.ts';
import { authorizationUrl } from './authorization_url.ts';
import { fetchSource } from './fetch_source.ts';
import { acceptedIssuers } from './issuers.ts';
import type { KeySet } from './key_set.ts';
import { parseCallback, type ExpectedIssuer } from './parse_callback.ts';
import { parseJson } from './read_json.ts';

const LONGEST_FIELD = 4096;

/** What an engine works with. */
export interface EngineDeps {
  definition: UpstreamDefinition;
  metadata: Metadata;
  keySet: (url: string) => KeySet;
  line: Line;
}

/** The half of an upstream that both engines share. */
export function frontChannel({ definition, metadata, line }: EngineDeps): Omit<Upstream, 'exchange' | 'identify'> {
  return {
    definition,
    pausedFor: line.pausedFor,
    available: () => metadata.current() !== undefined && line.pausedFor() === 0,
    origin() {
      return new URL(metadata.current()?.endpoints.authorization ?? definition.issuer).origin;
    },
    async begin(secrets, wishes) {
      if (line.pausedFor() > 0) throw new UpstreamFailure('circuit_open');
      const { endpoints } = await metadata.required();
      return authorizationUrl(definition, endpoints.authorization, secrets, wishes);
    },
    parseCallback: (params) => parseCallback(params, expectedIssuer(definition, metadata), definition.cancel),
  };
}

/** Collects every answer that claims are mapped from, in the order of the preset. */
export async function collectSources(
  deps: EngineDeps,
  tokens: Tokens,
  callback: URLSearchParams,
): Promise<Record<string, unknown>> {
  const { endpoints } = await deps.metadata.required();
  const found: Record<string, unknown> = {};
  for (const source of deps.definition.sources) {
    if (source.from === 'id_token') {
      found[source.name] = tokens.claims;
      continue;
    }
    if (source.from === 'callback') {
      found[source.name] = parsed(callback.get(source.field));
      continue;
    }
    const endpoint = endpoints[source.endpoint];
    if (endpoint === undefined) continue;
    // One after the other: a later source may be pointless when an earlier one is refused.
    found[source.name] = await fetchSource(
      source,
      endpoint,
      tokens.accessToken,
      deps.definition,
      deps.line.fetch('profile'),
    );
    if (source.same_subject && readPath(found, source.same_subject) !== tokens.claims?.sub) {
      throw new UpstreamFailure('userinfo_subject_differs');
    }
  }
  return found;
}

/** JSON that came through the browser; nothing when it is none. */
function parsed(text: string | null): unknown {
  return text && text.length <= LONGEST_FIELD ? parseJson(text) : undefined;
}

function expectedIssuer(definition: UpstreamDefinition, metadata: Metadata): ExpectedIssuer {
  const accepted = acceptedIssuers(definition);
  if (definition.callback_iss === 'ignored') return { accepted, check: 'never' };
  const promised = definition.callback_iss === 'if-advertised' && metadata.current()?.issOnCallback;
  return { accepted, check: promised ? 'always' : 'if-present' };
}
