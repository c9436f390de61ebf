import { errors } from 'oidc-provider';
import { clientAlgorithms } from '../algorithms.ts';
import type { ProtocolFeature } from './feature.ts';

/** What our own clients use, whatever other clients may. */
const OURS = ['client_secret_basic', 'none'] as const;

/** How clients prove who they are. */
export const clientAuthentication: ProtocolFeature = {
  key: 'client_authentication',
  specification: 'OpenID Connect Core 1.0, 9; RFC 7523',
  on: () => true,
  configuration(protocol) {
    const methods = protocol.client_authentication;
    return {
      clientAuthMethods: [...new Set([...methods, ...OURS])],
      // The library takes out those that no method needs.
      enabledJWA: { clientAuthSigningAlgValues: [...clientAlgorithms(protocol), 'HS256'] },
    };
  },
  chosenBy: ['token_endpoint_auth_method', 'token_endpoint_auth_signing_alg'],
  discovery: ({ client_authentication: methods }) => ({ token_endpoint_auth_methods_supported: methods }),
  client({ token_endpoint_auth_method: method = 'client_secret_basic' }, { client_authentication: methods }) {
    const known: readonly unknown[] = methods;
    if (known.includes(method)) return;
    const accepted = methods.map((name) => `'${name}'`).join(', ');
    throw new errors.InvalidClientMetadata(`token_endpoint_auth_method must be ${accepted}`);
  },
};
