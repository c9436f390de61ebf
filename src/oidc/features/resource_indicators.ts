import { errors, type Client } from 'oidc-provider';
import { isStranger } from '../client_traits.ts';
import type { ProtocolSettings } from '../protocol_settings.ts';
import { resourcesForStranger } from '../registration/bounds.ts';
import { resourceServer } from '../resources.ts';
import type { ProtocolFeature } from './feature.ts';

/** The demo's API is one of our own, so the library knows of resources while the switch is off, too: then no other one is known. */
export const resources: ProtocolFeature = {
  specification: 'RFC 8707, RFC 9068',
  on: () => true,
  configuration: (protocol, deps) => ({
    features: {
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo(_ctx, indicator, client) {
          refuseToStranger(protocol, indicator, client);
          return resourceServer(deps(), indicator);
        },
      },
    },
  }),
};

/** JWT access tokens for the APIs of the config. Nothing announces them. */
export const resourceIndicators: ProtocolFeature = {
  key: 'resource_indicators',
  specification: 'RFC 8707, RFC 9068',
  on: (protocol) => protocol.resource_indicators,
};

/** An app that nobody has looked at is let to the APIs that the settings name for such apps. */
function refuseToStranger(protocol: ProtocolSettings, indicator: string, client: Client): void {
  if (isStranger(client) && !resourcesForStranger(protocol, client.clientId).includes(indicator))
    throw new errors.InvalidTarget('this resource is not for an app that registered itself');
}
