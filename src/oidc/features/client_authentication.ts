import { errors } from 'oidc-provider';
import type { ProtocolFeature } from './feature.ts';

/** What our own clients use, whatever other clients may. */
const OURS = ['client_secret_basic', 'none'] as const;

/** How clients prove who they are. */
export const clientAuthentication: ProtocolFeature = {
  key: 'client_authentication',
  specification: 'OpenID Connect Core 1.0, 9',
  on: () => true,
  configuration: ({ client_authentication: methods }) => ({
    clientAuthMethods: [...new Set([...methods, ...OURS])],
  }),
  discovery: ({ client_authentication: methods }) => ({ token_endpoint_auth_methods_supported: methods }),
  client({ token_endpoint_auth_method: method = 'client_secret_basic' }, { client_authentication: methods }) {
    if ((methods as readonly unknown[]).includes(method)) return; // a list of texts, asked about anything
    const accepted = methods.map((name) => `'${name}'`).join(', ');
    throw new errors.InvalidClientMetadata(`token_endpoint_auth_method must be ${accepted}`);
  },
};
