import { createLogoutSources } from '../logout.ts';
import { logoutConfirmation, routes } from '../routes.ts';
import type { ProtocolFeature } from './feature.ts';

/** What a request of an app says, and none of a person. */
const OF_APPS = ['id_token_hint', 'client_id', 'logout_hint', 'post_logout_redirect_uri'];

/**
 * People sign out at this endpoint from our own pages, whether or not apps may send them there: while the switch is off it is
 * not announced, and a request of an app finds nothing there, unless it leads back to ourselves.
 */
export const signOut: ProtocolFeature = {
  specification: 'OpenID Connect RP-Initiated Logout 1.0',
  on: () => true,
  configuration: (_protocol, deps) => ({
    features: { rpInitiatedLogout: { enabled: true, ...createLogoutSources(deps) } },
  }),
  routes: ['end_session'],
  paths: [logoutConfirmation, `${routes.end_session}/success`],
  discovery: ({ rp_initiated_logout: forApps }) => (forApps ? {} : { end_session_endpoint: undefined }),
  hides(path, query, { protocol, issuer }) {
    if (protocol.rp_initiated_logout || path !== routes.end_session) return false;
    const isOurs = String(query['post_logout_redirect_uri']).startsWith(`${issuer}/`);
    return !isOurs && OF_APPS.some((name) => name in query);
  },
};

/** Apps may ask to sign people out. */
export const rpInitiatedLogout: ProtocolFeature = {
  key: 'rp_initiated_logout',
  specification: 'OpenID Connect RP-Initiated Logout 1.0',
  on: (protocol) => protocol.rp_initiated_logout,
  clientKeys: ['post_logout_redirect_uris'],
};

/** Apps are told when a session ends. */
export const backchannelLogout: ProtocolFeature = {
  key: 'backchannel_logout',
  specification: 'OpenID Connect Back-Channel Logout 1.0',
  on: (protocol) => protocol.backchannel_logout,
  configuration: () => ({ features: { backchannelLogout: { enabled: true } } }),
  clientKeys: ['backchannel_logout_uri', 'backchannel_logout_session_required'],
};
