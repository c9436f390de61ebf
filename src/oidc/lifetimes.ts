import type { Client, Configuration, Session } from 'oidc-provider';
import { epochSeconds } from '../kit/clock.ts';
import { lifetimesOfClient } from './client_traits.ts';
import type { ProtocolSettings } from './protocol_settings.ts';
import type { LifetimeSettings } from './settings.ts';

/** How long every kind of artifact lives, for this client. Each `ttl` is set, or the library prints a notice. */
export function lifetimesOf(
  lifetimes: LifetimeSettings,
  { fapi }: ProtocolSettings,
): NonNullable<Configuration['ttl']> {
  // FAPI 2.0 Security Profile 5.3.2.1.
  const longestCode = fapi === false ? Infinity : 60;
  const of = (client: Client) => ({ ...lifetimes, ...lifetimesOfClient(client) });
  return {
    AuthorizationCode: (_ctx, _code, client) => Math.min(of(client).authorization_code, longestCode),
    AccessToken: (_ctx, token, client) => accessTokenLifetime(lifetimes, token, client),
    ClientCredentials: (_ctx, token, client) => accessTokenLifetime(lifetimes, token, client),
    IdToken: (_ctx, _token, client) => of(client).id_token,
    RefreshToken: (_ctx, token, client) =>
      idleUntilMax(of(client).refresh_token_idle, token.iiat, of(client).refresh_token_max),
    Grant: lifetimes.grant,
    Interaction: lifetimes.interaction,
    Session: (_ctx, session) => sessionLifetime(lifetimes, session),
    DeviceCode: lifetimes.device_code,
    // An app may ask for less time, never for more (CIBA 7.1).
    BackchannelAuthenticationRequest: (ctx) =>
      Math.min(lifetimes.device_code, Number(ctx?.oidc.params?.['requested_expiry'] ?? lifetimes.device_code)),
    PreAuthorizedCode: lifetimes.device_code,
  };
}

/** What a resource says is the longest it takes; a client may only shorten it. */
export function accessTokenLifetime(
  { access_token: everybodys }: Pick<LifetimeSettings, 'access_token'>,
  { resourceServer }: { readonly resourceServer?: { accessTokenTTL?: number } | undefined },
  client: Client,
): number {
  const own = lifetimesOfClient(client).access_token;
  const resource = resourceServer?.accessTokenTTL;
  return resource === undefined ? (own ?? everybodys) : Math.min(resource, own ?? resource);
}

/**
 * Without "keep me signed in" a session ends at a fixed time; with it, when nobody uses it, and at the latest a fixed time
 * after the last proof. One that nobody has signed in to only carries a form's secret.
 */
function sessionLifetime(lifetimes: LifetimeSettings, session: Session): number {
  if (session.loginTs === undefined) return lifetimes.interaction;
  if (session.transient) return idleUntilMax(lifetimes.session_short, session.loginTs, lifetimes.session_short);
  return idleUntilMax(lifetimes.session_idle, session.loginTs, lifetimes.session_max);
}

/** The library takes no zero: what has just reached its end lives one second more. */
function idleUntilMax(idle: number, begun: number | undefined, max: number): number {
  const left = (begun ?? epochSeconds()) + max - epochSeconds();
  return Math.max(1, Math.min(idle, left));
}
