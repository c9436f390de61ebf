import type { Endpoints } from '../preset.ts';

/** Where an upstream is to be found. */
export interface Resolved {
  endpoints: Endpoints;
  /** Whether it promises `iss` on the callback (RFC 9207). */
  issOnCallback: boolean;
}

/** Knows where an upstream is, or not yet. */
export interface Metadata {
  current(): Resolved | undefined;
  /** What is known, after one attempt to find out if need be; throws UpstreamFailure `discovery_failed` or `discovery_refused`. */
  required(): Promise<Resolved>;
  /** Finds out anew when that is due; fails as `required` does. */
  refresh(): Promise<void>;
}

/** Endpoints that stand in a preset and never change by themselves. */
export function pinnedMetadata(endpoints: Endpoints): Metadata {
  const resolved = { endpoints, issOnCallback: false };
  return { current: () => resolved, required: async () => resolved, refresh: async () => {} };
}
