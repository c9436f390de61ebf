import { createLogoutSources } from '../logout.ts';
import { logoutConfirmation, routes } from '../routes.ts';
import type { ProtocolFeature } from './feature.ts';

/**
 * People sign out at this endpoint from our own pages, whether or not apps may send them there: while the switch is off it is
 * not announced, and a request that is about an app other than our own finds nothing there.
 */
export const signOut: ProtocolFeature = {
  specification: 'OpenID Connect RP-Initiated Logout 1.0',
  on: () => true,
  configuration: (protocol, deps) => ({
    features: {
      rpInitiatedLogout: { enabled: true, ...createLogoutSources(deps, { forApps: protocol.rp_initiated_logout }) },
    },
  }),
  routes: ['end_session'],
  paths: [logoutConfirmation, `${routes.end_session}/success`],
  discovery: ({ rp_initiated_logout: forApps }) => (forApps ? {} : { end_session_endpoint: undefined }),
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
