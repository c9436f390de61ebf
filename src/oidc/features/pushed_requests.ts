import type { ProtocolFeature } from './feature.ts';

/** Pushed authorization requests. Our own pages send people to authorize without one, also where every client must push. */
export const pushedRequests: ProtocolFeature = {
  key: 'pushed_requests',
  specification: 'RFC 9126',
  on: (protocol) => protocol.pushed_requests !== false,
  configuration: () => ({ features: { pushedAuthorizationRequests: { enabled: true } } }),
  routes: ['pushed_authorization_request'],
  discovery: ({ pushed_requests: pushed }) =>
    pushed === 'required' ? { require_pushed_authorization_requests: true } : {},
  clientKeys: ['require_pushed_authorization_requests'],
  client(metadata, { pushed_requests: pushed }) {
    if (pushed === 'required') metadata['require_pushed_authorization_requests'] = true;
  },
};
