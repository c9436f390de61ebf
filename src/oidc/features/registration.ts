import Provider, { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { secretToken } from '../../kit/random.ts';
import type { OidcDeps } from '../deps.ts';
import { asContext } from '../protocol_errors.ts';
import { newClientId } from '../registration/registered_clients.ts';
import { routes } from '../routes.ts';
import type { ProtocolFeature } from './feature.ts';

/** Clients that register themselves, and read, change and remove what they registered. */
export const registration: ProtocolFeature = {
  key: 'registration',
  specification: 'RFC 7591, RFC 7592, OpenID Connect Registration 1.0',
  on: (protocol) => protocol.registration !== false,
  configuration: ({ registration: settings }, deps) => ({
    features: {
      registration: {
        enabled: true,
        initialAccessToken: settings !== false && settings.initial_access_tokens === 'required',
        idFactory: newClientId,
        secretFactory: secretToken,
        // Asked once the initial access token is known, and before anything is kept.
        issueRegistrationAccessToken: (ctx) => withinPace(deps(), ctx),
      },
      registrationManagement: { enabled: true, rotateRegistrationAccessToken: true },
    },
    // Whose redirect URIs were compared when it registered is not asked for them at every visit.
    sectorIdentifierUriValidate: ({ clientId }) => deps().clients.find(clientId) !== undefined || isRegistering(),
  }),
  routes: ['registration'],
  paths: [`${routes.registration}/:clientId`],
};

async function withinPace({ limits, web }: OidcDeps, ctx: KoaContextWithOIDC): Promise<true> {
  const taken = await limits.take('registration_address', web.clientAddress(asContext(ctx)));
  if (taken.ok) return true;
  ctx.set('Retry-After', String(taken.retryAfter));
  const tooMany = new errors.TemporarilyUnavailable('too many clients were registered from this address');
  throw Object.assign(tooMany, { status: 429, statusCode: 429 });
}

function isRegistering(): boolean {
  const route = Provider.ctx?.oidc.route;
  return route === 'registration' || route === 'client_update';
}
