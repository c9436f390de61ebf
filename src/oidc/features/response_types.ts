import type { ProtocolFeature } from './feature.ts';

/** What an authorization may end with. */
export const responseTypes: ProtocolFeature = {
  key: 'response_types',
  specification: 'OpenID Connect Core 1.0, 3',
  on: () => true,
  configuration: (protocol) => ({ responseTypes: protocol.response_types }),
  chosenBy: ['response_types'],
};

/** How the answer of an authorization travels: the library always announces three modes. */
export const responseModes: ProtocolFeature = {
  specification: 'OAuth 2.0 Multiple Response Type Encoding Practices',
  on: () => true,
  discovery: (protocol) => {
    const plain = ['query', 'fragment', ...(protocol.form_post ? ['form_post'] : [])];
    const modes = protocol.jwt_responses ? [...plain, 'jwt', ...plain.map((mode) => `${mode}.jwt`)] : plain;
    return { response_modes_supported: modes };
  },
};
