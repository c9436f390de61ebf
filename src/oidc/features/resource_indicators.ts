import { resourceServer } from '../resources.ts';
import type { ProtocolFeature } from './feature.ts';

/** The demo's API is one of our own, so the library knows of resources while the switch is off, too: then no other one is known. */
export const resources: ProtocolFeature = {
  specification: 'RFC 8707, RFC 9068',
  on: () => true,
  configuration: (_protocol, deps) => ({
    features: {
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: ({ oidc: { params } }, indicator, client) =>
          resourceServer(deps(), indicator, { client, params }),
      },
    },
  }),
};

/** JWT access tokens for the APIs of the config. Nothing announces them. */
export const resourceIndicators: ProtocolFeature = {
  key: 'resource_indicators',
  specification: 'RFC 8707, RFC 9068',
  on: (protocol) => protocol.resource_indicators,
  ownKeys: ['resources'],
  clientKeys: ['resources'],
};
