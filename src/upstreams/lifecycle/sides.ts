import type { UpstreamDefinition } from '../definition.ts';
import { UpstreamFailure } from '../failure.ts';
import type { KeySet } from '../engines/key_set.ts';
import type { Metadata } from '../metadata/metadata.ts';
import type { Sender } from './notification.ts';

/** An upstream, as far as we speak to it beside signing in. */
export interface Side {
  definition: UpstreamDefinition;
  metadata: Metadata;
  /** While it is left alone, nobody is sent there either. */
  isPaused(): boolean;
}

/** Finds upstreams by id, for what goes on beside signing in. */
export interface Sides {
  find(id: string): Side | undefined;
  sender(id: string): Sender | undefined;
}

/** An upstream as it was opened. */
interface Opened {
  upstream: { definition: UpstreamDefinition };
  upkeep: { line: { pausedFor(): number }; metadata: Metadata; keySet: (url: string) => KeySet };
}

/** The sides of what is open; `get` finds it by id. */
export function sidesOf(get: (id: string) => Opened | undefined): Sides {
  return {
    find(id) {
      const found = get(id);
      if (!found) return undefined;
      const { line, metadata } = found.upkeep;
      return { definition: found.upstream.definition, metadata, isPaused: () => line.pausedFor() > 0 };
    },
    sender(id) {
      const found = get(id);
      if (!found) return undefined;
      const { metadata, keySet } = found.upkeep;
      return {
        definition: found.upstream.definition,
        async keys() {
          const { endpoints } = await metadata.required();
          if (endpoints.jwks === undefined) throw new UpstreamFailure('jwks_unavailable');
          return keySet(endpoints.jwks);
        },
      };
    },
  };
}
