import { errors, type Client, type KoaContextWithOIDC } from 'oidc-provider';
import type { ProtocolFeature } from './feature.ts';

/** Clients give their tokens back. */
export const revocation: ProtocolFeature = {
  key: 'revocation',
  specification: 'RFC 7009',
  on: (protocol) => protocol.revocation,
  configuration: () => ({ features: { revocation: { enabled: true, allowedPolicy: mayRevoke } } }),
  routes: ['revocation'],
};

/** RFC 7009 2.1: a token of another client is left alone, and a client that authenticated is told so. */
function mayRevoke(_ctx: KoaContextWithOIDC, client: Client, token: { clientId?: string }): boolean {
  if (token.clientId === client.clientId) return true;
  if (client.clientAuthMethod === 'none') return false;
  throw new errors.InvalidRequest('this token was not issued to this client');
}
