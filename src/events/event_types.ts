/** Everything that is recorded, as `<room>.<what_happened>`, once and by the room that decides it. */
export type EventType =
  // The way of one visit through the protocol engine.
  | 'oidc.visit_started' // an app sent a browser here, and its first page is due
  | 'oidc.visit_continued' // the same visit needs a further page
  | 'oidc.prompt_finished' // a page was answered
  | 'oidc.visit_returned' // the browser goes back to the app with a code
  | 'oidc.authorization_refused' // a request, or the person, was turned down
  | 'oidc.grant_given' // an app was allowed something new
  // A device that shows a code, and the person who types it.
  | 'oidc.device_asked'
  | 'oidc.device_request_refused'
  | 'oidc.device_code_refused' // typed, and nobody's, too old, or used
  | 'oidc.device_connected' // its person allowed it
  | 'oidc.device_stopped' // its person did not
  // An app that asks for somebody who is elsewhere.
  | 'oidc.request_made'
  | 'oidc.request_refused' // the app may not ask, or not so often
  | 'oidc.request_allowed'
  | 'oidc.request_denied'
  | 'oidc.ping_failed' // the app could not be told yet that there is an answer
  // What apps ask for afterwards.
  | 'oidc.token_exchanged' // a client was given a token for another API in exchange for somebody's
  | 'oidc.token_refused'
  | 'oidc.code_reused' // an authorization code came twice: what it gave has ended
  | 'oidc.refresh_token_reused' // a refresh token came twice: its line has ended
  | 'oidc.pushed_request_refused'
  | 'oidc.introspection_refused'
  | 'oidc.revocation_refused'
  // Apps that register themselves.
  | 'oidc.initial_access_token_made' // with it apps may register themselves
  | 'oidc.initial_access_token_withdrawn'
  | 'oidc.client_registered'
  | 'oidc.client_updated' // by itself
  | 'oidc.client_removed' // by itself, by an admin, or because nobody used it: the reason says so
  | 'oidc.registration_refused'
  // Ends.
  | 'oidc.session_ended' // somebody signed out
  | 'oidc.logout_refused'
  | 'oidc.sessions_ended' // somebody signed other browsers out
  | 'oidc.grant_revoked' // an app may not do any more what it was allowed
  | 'oidc.account_ended' // all sessions, grants and tokens of an account
  | 'oidc.backchannel_logout_failed' // an app could not be told yet
  | 'oidc.backchannel_logout_given_up' // an app did not answer for a day
  // The person in front of the pages.
  | 'sign_in.password_wrong'
  | 'sign_in.password_right'
  | 'sign_in.completed'
  | 'sign_in.account_disabled' // proven, but may not sign in
  | 'sign_in.not_allowed' // proven, but the app is not for this account
  | 'sign_in.cancelled' // back to the app, by the person's wish
  | 'sign_in.trip_begun' // off to an upstream
  | 'sign_in.trip_refused' // not begun: the visit has come through that upstream already
  | 'sign_in.trip_cancelled' // back without an identity, by the person's wish
  | 'sign_in.way_refused' // an upstream that the app does not take: asked for, or come back from
  | 'sign_in.hint_ignored' // the app named an upstream that nobody can go to
  | 'account_pages.trip_begun' // off to an upstream, to connect it
  | 'account_pages.trip_ended' // back from there; the reason says how
  | 'consent.denied'
  // Trips to an upstream.
  | 'upstreams.discovery_failed' // where the upstream is, could not be learned
  | 'upstreams.trip_refused' // nobody can be sent there now
  | 'upstreams.callback_refused' // nobody's trip, or somebody else's
  | 'upstreams.person_denied' // an organisation, tenant or domain that may not sign in through this upstream
  | 'upstreams.address_dropped' // what came as an address is none: the person is asked for one
  | 'upstreams.answer_refused' // the trip ended without an identity, through the upstream's fault
  // What upstreams tell us, and what we tell them.
  | 'upstreams.notification_heeded' // something happened to an account there; the reason says what
  | 'upstreams.notification_refused' // not signed by the upstream, not for us, or too old
  | 'upstreams.connection_ended' // there, after it had ended here
  | 'upstreams.revocation_failed' // the upstream did not end it yet
  | 'upstreams.revocation_given_up' // it did not for two days
  // Accounts and their proofs.
  | 'accounts.sign_up_started'
  | 'accounts.linking_decided' // the linking rule was applied to an arrival
  | 'accounts.identity_joined' // after a proof other than a code
  | 'accounts.identity_disconnected' // by its owner, or by the link of the mail that told of it
  | 'accounts.code_sent'
  | 'accounts.code_refused'
  | 'accounts.code_redeemed'
  | 'accounts.address_confirmed' // by the link of a mail
  | 'accounts.invitation_made'
  | 'accounts.invitation_withdrawn'
  // What people do to their own account.
  | 'accounts.profile_changed'
  | 'accounts.address_change_started' // a link is on its way to the new address
  | 'accounts.address_change_cancelled'
  | 'accounts.address_wanted' // somebody else tried to take the address of this account
  | 'accounts.address_changed'
  | 'accounts.address_change_refused' // or its undo: the link was opened too late, or somebody else has the address by now
  | 'accounts.address_change_undone' // by the link mailed to the address before
  | 'accounts.data_exported'
  | 'accounts.deletion_scheduled'
  | 'accounts.deletion_undone'
  // What an admin does to accounts.
  | 'accounts.created'
  | 'accounts.disabled'
  | 'accounts.enabled'
  | 'accounts.groups_changed' // those that an admin gives
  | 'accounts.deleted' // also by its person, once it cannot be undone any more
  | 'accounts.burial_failed' // its grace is over, and it is still there: the next sweep tries again
  | 'accounts.imported' // a whole file; its accounts have no event of their own
  | 'accounts.reset_asked' // somebody asked for a link to choose a new password; the reason says whether one was mailed
  | 'passwords.reset' // by a mailed link; everything open ended with it
  | 'passwords.changed' // in the account, by who knew the old one, or for the first time
  | 'passwords.current_wrong' // somebody signed in does not know the password they want to change
  | 'passwords.hash_unusable' // a stored hash that cannot be verified
  | 'passwords.breach_check_failed' // nobody was kept out; recorded once in a while
  // Second factors.
  | 'second_factors.totp_added'
  | 'second_factors.totp_removed'
  | 'second_factors.code_refused' // of an authenticator app or a recovery code; the reason says why
  | 'second_factors.recovery_code_used'
  | 'second_factors.recovery_codes_made' // those before are worth nothing
  | 'second_factors.step_switched' // whether every sign-in asks for one
  | 'second_factors.device_trusted' // it will not be asked for a while
  | 'second_factors.devices_forgotten'
  | 'second_factors.reset' // by an admin, for somebody who lost them
  // Passkeys.
  | 'passkeys.added'
  | 'passkeys.renamed'
  | 'passkeys.removed'
  | 'passkeys.refused' // an answer that does not count; the reason says why
  | 'passkeys.count_went_back' // the key may have been copied
  // What people say on the pages of their account.
  | 'account_pages.disowned' // "this wasn't me": everything was ended
  // Operation.
  | 'rate_limits.exceeded' // the first refusal of a key in its window
  | 'mail.sent'
  | 'mail.dropped' // there was nobody to write to: it was queued only so that no time tells
  | 'mail.postponed'
  | 'mail.failed'
  // What is in force.
  | 'config.applied' // a process serves by other settings from now on
  | 'config.refused' // it goes on with those it has: mistakes, a key that needs a restart, or it could not
  | 'keys.created' // there was none: it signs at once
  | 'keys.published' // the next one: everybody may know it by now
  | 'keys.signing' // it signs from now on, and the one before verifies
  | 'keys.retired' // nothing that it signed is around any more
  | 'keys.dropped' // by command, whatever it signed
  | 'keys.rewrapped' // what was sealed with another encryption key than the first
  | 'web.error_shown';

/** What a person should recognise as their own doing, or not: their activity. Kept with the device of its request. */
export const personalEvents = [
  'sign_in.completed',
  'sign_in.password_wrong',
  'sign_in.account_disabled',
  'accounts.identity_joined',
  'accounts.identity_disconnected',
  'accounts.reset_asked',
  'passwords.reset',
  'passwords.changed',
  'passwords.current_wrong',
  'second_factors.totp_added',
  'second_factors.totp_removed',
  'second_factors.code_refused',
  'second_factors.recovery_code_used',
  'second_factors.recovery_codes_made',
  'second_factors.step_switched',
  'second_factors.device_trusted',
  'second_factors.devices_forgotten',
  'second_factors.reset',
  'passkeys.added',
  'passkeys.renamed',
  'passkeys.removed',
  'passkeys.count_went_back',
  'accounts.profile_changed',
  'accounts.address_change_started',
  'accounts.address_wanted',
  'accounts.address_changed',
  'accounts.address_change_undone',
  'accounts.data_exported',
  'accounts.deletion_scheduled',
  'accounts.deletion_undone',
  'oidc.device_connected',
  'oidc.request_allowed',
  'oidc.request_denied',
  'oidc.grant_given',
  'oidc.grant_revoked',
  'oidc.session_ended',
  'oidc.sessions_ended',
  'oidc.account_ended',
  'account_pages.disowned',
] as const satisfies readonly EventType[];

/** The type of an event that stands in the activity of an account. */
export type PersonalEvent = (typeof personalEvents)[number];

/** Whether an event of this type stands in the activity of an account. */
export function isPersonal(type: EventType): type is PersonalEvent {
  return (personalEvents as readonly EventType[]).includes(type); // the list is narrower than what is asked
}
