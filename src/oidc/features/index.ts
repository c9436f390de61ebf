import type { ProtocolSettings } from '../protocol_settings.ts';
import { discoveryPaths, routes } from '../routes.ts';
import { always } from './always.ts';
import { ciba } from './ciba.ts';
import { claimsParameter } from './claims_parameter.ts';
import { clientAuthentication } from './client_authentication.ts';
import { clientCredentials } from './client_credentials.ts';
import { deviceFlow } from './device_flow.ts';
import { clientIdMetadata } from './client_id_metadata.ts';
import { dpop } from './dpop.ts';
import { fapi } from './fapi.ts';
import { encryption, userinfoEncryption } from './encryption.ts';
import type { ProtocolFeature } from './feature.ts';
import { formPost, withoutFormPost } from './form_post.ts';
import { introspection } from './introspection.ts';
import { jwtIntrospection, jwtResponses, jwtUserinfo } from './jwt_answers.ts';
import { backchannelLogout, rpInitiatedLogout, signOut } from './logout.ts';
import { mutualTls } from './mutual_tls.ts';
import { pairwiseSubjects } from './pairwise_subjects.ts';
import { pushedRequests } from './pushed_requests.ts';
import { requestObjects } from './request_objects.ts';
import { registration } from './registration.ts';
import { resourceIndicators, resources } from './resource_indicators.ts';
import { responseModes, responseTypes } from './response_types.ts';
import { richAuthorizationRequests } from './rich_authorization_requests.ts';
import { revocation } from './revocation.ts';
import { tokenExchange } from './token_exchange.ts';

/** Every feature. A new one is a file beside this one and a line here. */
export const features: readonly ProtocolFeature[] = [
  always,
  responseTypes,
  responseModes,
  formPost,
  withoutFormPost,
  claimsParameter,
  clientAuthentication,
  clientCredentials,
  deviceFlow,
  ciba,
  pushedRequests,
  dpop,
  introspection,
  revocation,
  signOut,
  rpInitiatedLogout,
  backchannelLogout,
  resources,
  resourceIndicators,
  requestObjects,
  jwtResponses,
  jwtIntrospection,
  jwtUserinfo,
  pairwiseSubjects,
  fapi,
  encryption,
  userinfoEncryption,
  mutualTls,
  tokenExchange,
  registration,
  clientIdMetadata,
  richAuthorizationRequests,
];

/** Those that are on. */
export function featuresOf(protocol: ProtocolSettings): ProtocolFeature[] {
  return features.filter(({ on }) => on(protocol));
}

/** The paths that reach the library; `:name` stands for one segment. */
export function servedPaths(protocol: ProtocolSettings): string[] {
  const ofFeatures = featuresOf(protocol).flatMap((feature) => [
    ...(feature.routes ?? []).map((name) => routes[name]),
    ...(feature.paths ?? []),
  ]);
  return [...discoveryPaths, ...ofFeatures];
}

/** What the discovery documents say otherwise than the library does. */
export function discoveryOf(protocol: ProtocolSettings): Record<string, unknown> {
  return Object.assign({}, ...featuresOf(protocol).map(({ discovery }) => discovery?.(protocol)));
}

/** Client metadata that belongs to features: what is known now, and by which switch the rest would be. */
export function featureClientKeys(protocol: ProtocolSettings): { on: string[]; off: Map<string, string> } {
  const on = featuresOf(protocol).flatMap(({ clientKeys }) => clientKeys ?? []);
  const off = features.flatMap(({ key, clientKeys }) =>
    (clientKeys ?? []).filter((name) => !on.includes(name)).map((name): [string, string] => [name, key ?? '']),
  );
  return { on, off: new Map(off) };
}

/** The switch of each grant type that is off. */
export function grantSwitches(protocol: ProtocolSettings): Map<string, string> {
  const off = features.filter(({ on }) => !on(protocol));
  return new Map(
    off.flatMap(({ key = '', grantTypes = [] }) => grantTypes.map((grant): [string, string] => [grant, key])),
  );
}
