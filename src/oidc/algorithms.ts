import type { ProtocolSettings } from './protocol_settings.ts';

/** What our keys sign. RS256 is the only one a client may assume (OIDC Core 15.1); ES256 costs a tenth of it. */
export const OWN = ['RS256', 'ES256'] as const;

/** What FAPI 2.0 allows of those (Security Profile 5.4). */
const OWN_UNDER_FAPI = ['ES256'] as const;

/** What keys of clients may sign: assertions and requests. */
export function clientAlgorithms({ fapi }: ProtocolSettings): ('RS256' | 'PS256' | 'ES256' | 'EdDSA')[] {
  return fapi === false ? ['RS256', 'PS256', 'ES256', 'EdDSA'] : ['PS256', 'ES256', 'EdDSA'];
}

/** What apps hear of our own; the library knows all of them, for our own clients. */
export function ownAlgorithms({ fapi }: ProtocolSettings): typeof OWN | typeof OWN_UNDER_FAPI {
  return fapi === false ? OWN : OWN_UNDER_FAPI;
}
