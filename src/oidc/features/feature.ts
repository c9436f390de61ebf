import type { ParsedUrlQuery } from 'node:querystring';
import type Provider from 'oidc-provider';
import type { Configuration } from 'oidc-provider';
import type { OidcDeps } from '../deps.ts';
import type { ProtocolSettings } from '../protocol_settings.ts';
import type { RouteName } from '../routes.ts';

/**
 * One feature of the protocol, as data: while it is off, nothing of it is served, announced, or taken from a client. What is
 * always there has no key.
 */
export interface ProtocolFeature {
  /** Its switch in the `protocol:` block. */
  key?: keyof ProtocolSettings;
  /** The specification, in short: `RFC 9126`. */
  specification: string;
  on(protocol: ProtocolSettings): boolean;
  /** Its part of the library's configuration; asked for only while it is on. `deps` are there once requests are served. */
  configuration?(protocol: ProtocolSettings, deps: () => OidcDeps): Configuration;
  /** What no configuration says: grant types of our own, for instance. Asked for only while it is on. */
  register?(provider: Provider, protocol: ProtocolSettings, deps: () => OidcDeps): void;
  /** Endpoints of the library that are there with it. */
  routes?: readonly RouteName[];
  /** Paths that the library derives from those; `:name` stands for one segment. */
  paths?: readonly string[];
  /** Requests at served paths that find nothing there all the same. */
  hides?(path: string, query: ParsedUrlQuery, deps: Pick<OidcDeps, 'issuer' | 'protocol'>): boolean;
  /** Members of the discovery documents that the library does not tell, or not truly; undefined takes one out. */
  discovery?(protocol: ProtocolSettings): Record<string, unknown>;
  /** Client metadata of our own making: only an admin can say it. */
  ownKeys?: readonly string[];
  /** Client metadata that only means something while it is on. */
  clientKeys?: readonly string[];
  /** Those of them in the specifications that only an admin can give a client here. */
  adminKeys?: readonly string[];
  grantTypes?: readonly string[];
  /** Client metadata that is always known and chooses it, for the docs. */
  chosenBy?: readonly string[];
  /**
   * Judges the metadata of a client that is not our own, and sets what the settings demand of every client. Asked for also
   * while the feature is off. Throws the library's InvalidClientMetadata.
   */
  client?(metadata: Record<string, unknown>, protocol: ProtocolSettings): void;
}
