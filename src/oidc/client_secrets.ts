import type Provider from 'oidc-provider';
import { isOneOf } from '../clients/index.ts';
import { secretsOfClient } from './client_traits.ts';

/**
 * Lets any unexpired secret of a client prove it, also where only hashes are known. The library compares in one exposed method
 * of its client class, which it makes anew for each Provider and which its author names as the place for this; whoever has a
 * single secret is compared by the library itself.
 */
export function takeSeveralSecrets({ Client }: Provider): void {
  const { compareClientSecret } = Client.prototype;
  Client.prototype.compareClientSecret = function compareSecrets(given) {
    const secrets = secretsOfClient(this);
    return secrets ? isOneOf(secrets, given) : compareClientSecret.call(this, given);
  };
}
