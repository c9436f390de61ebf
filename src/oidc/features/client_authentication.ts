import { errors } from 'oidc-provider';
import { clientAlgorithms } from '../algorithms.ts';
import type { ProtocolSettings } from '../protocol_settings.ts';
import type { ProtocolFeature } from './feature.ts';

/** What our own clients use, whatever other clients may. */
const OURS = ['client_secret_basic', 'none'] as const;

/** Those of a certificate have a switch of their own. */
function methodsOf({ client_authentication: methods, mutual_tls: tls }: ProtocolSettings) {
  return [...methods, ...(tls ? tls.methods : [])];
}

/** How clients prove who they are. */
export const clientAuthentication: ProtocolFeature = {
  key: 'client_authentication',
  specification: 'OpenID Connect Core 1.0, 9; RFC 7523',
  on: () => true,
  configuration(protocol) {
    return {
      clientAuthMethods: [...new Set([...methodsOf(protocol), ...OURS])],
      // The library takes out those that no method needs.
      enabledJWA: { clientAuthSigningAlgValues: [...clientAlgorithms(protocol), 'HS256'] },
    };
  },
  chosenBy: ['token_endpoint_auth_method', 'token_endpoint_auth_signing_alg'],
  discovery: (protocol) => ({ token_endpoint_auth_methods_supported: methodsOf(protocol) }),
  client({ token_endpoint_auth_method: method = 'client_secret_basic' }, protocol) {
    const methods: readonly unknown[] = methodsOf(protocol);
    if (methods.includes(method)) return;
    const accepted = methods.map((name) => `'${String(name)}'`).join(', ');
    throw new errors.InvalidClientMetadata(`token_endpoint_auth_method must be ${accepted}`);
  },
};
