/** All migrations in the order in which they run. Names carry no extension: they are what the database remembers. */
import * as accounts from './20261121100000_accounts.ts';
import * as passwords from './20261121100100_passwords.ts';
import * as artifacts from './20261121100200_artifacts.ts';
import * as keys from './20261121100300_keys.ts';
import * as upstreamTransactions from './20261121100400_upstream_transactions.ts';
import * as events from './20261121100500_events.ts';
import * as mailOutbox from './20261121100600_mail_outbox.ts';
import * as rateLimits from './20261121100700_rate_limits.ts';
import * as mailedLinks from './20261121110000_mailed_links.ts';
import * as logoutNotices from './20261121113000_logout_notices.ts';
import * as sessionDevices from './20261121113100_session_devices.ts';
import * as grantsLastUsed from './20261121113200_grants_last_used.ts';
import * as invitations from './20261121114000_invitations.ts';
import * as deletionGrace from './20261121116000_deletion_grace.ts';
import * as knownBrowsers from './20261121117000_known_browsers.ts';
import * as accountReferences from './20261121118000_account_references.ts';
import * as provenFrom from './20261121119000_proven_from.ts';
import * as proofEpoch from './20261121140000_proof_epoch.ts';
import * as upstreamKeys from './20261121160000_upstream_keys.ts';
import * as upstreamNotifications from './20261121170000_upstream_notifications.ts';
import * as sessionUpstreams from './20261121170100_session_upstreams.ts';
import * as suspendedIdentities from './20261121170200_suspended_identities.ts';
import * as upstreamTokens from './20261121170300_upstream_tokens.ts';
import * as secondStep from './20261121200000_second_step.ts';
import * as secondFactors from './20261121210000_second_factors.ts';
import * as trustedDevices from './20261121210100_trusted_devices.ts';
import * as passkeys from './20261121220000_passkeys.ts';
import * as webauthnChallenges from './20261121220100_webauthn_challenges.ts';
import * as rateLimitStrikes from './20261121230000_rate_limit_strikes.ts';
import * as keyLife from './20261121231000_key_life.ts';
import * as derivedSecrets from './20261121231100_derived_secrets.ts';
import * as appliedConfigs from './20261122060000_applied_configs.ts';
import * as grantsByClient from './20261122060100_grants_by_client.ts';
import * as roomForRedeemedTokens from './20261122082000_room_for_redeemed_tokens.ts';
import * as accountGroups from './20261122140000_account_groups.ts';
import * as deviceAnswers from './20261122020000_device_answers.ts';
import * as registeredClients from './20261122030000_registered_clients.ts';
import * as initialAccessTokens from './20261122030100_initial_access_tokens.ts';
import * as cibaRequests from './20261122020100_ciba_requests.ts';
import * as churningTables from './20261122120000_churning_tables.ts';
import * as vacuumOfTokens from './20261122120100_vacuum_of_tokens.ts';

export const migrations = [
  { name: '20261121100000_accounts', ...accounts },
  { name: '20261121100100_passwords', ...passwords },
  { name: '20261121100200_artifacts', ...artifacts },
  { name: '20261121100300_keys', ...keys },
  { name: '20261121100400_upstream_transactions', ...upstreamTransactions },
  { name: '20261121100500_events', ...events },
  { name: '20261121100600_mail_outbox', ...mailOutbox },
  { name: '20261121100700_rate_limits', ...rateLimits },
  { name: '20261121110000_mailed_links', ...mailedLinks },
  { name: '20261121113000_logout_notices', ...logoutNotices },
  { name: '20261121113100_session_devices', ...sessionDevices },
  { name: '20261121113200_grants_last_used', ...grantsLastUsed },
  { name: '20261121114000_invitations', ...invitations },
  { name: '20261121116000_deletion_grace', ...deletionGrace },
  { name: '20261121117000_known_browsers', ...knownBrowsers },
  { name: '20261121118000_account_references', ...accountReferences },
  { name: '20261121119000_proven_from', ...provenFrom },
  { name: '20261121140000_proof_epoch', ...proofEpoch },
  { name: '20261121160000_upstream_keys', ...upstreamKeys },
  { name: '20261121170000_upstream_notifications', ...upstreamNotifications },
  { name: '20261121170100_session_upstreams', ...sessionUpstreams },
  { name: '20261121170200_suspended_identities', ...suspendedIdentities },
  { name: '20261121170300_upstream_tokens', ...upstreamTokens },
  { name: '20261121200000_second_step', ...secondStep },
  { name: '20261121210000_second_factors', ...secondFactors },
  { name: '20261121210100_trusted_devices', ...trustedDevices },
  { name: '20261121220000_passkeys', ...passkeys },
  { name: '20261121220100_webauthn_challenges', ...webauthnChallenges },
  { name: '20261121230000_rate_limit_strikes', ...rateLimitStrikes },
  { name: '20261121231000_key_life', ...keyLife },
  { name: '20261121231100_derived_secrets', ...derivedSecrets },
  { name: '20261122020000_device_answers', ...deviceAnswers },
  { name: '20261122020100_ciba_requests', ...cibaRequests },
  { name: '20261122030000_registered_clients', ...registeredClients },
  { name: '20261122030100_initial_access_tokens', ...initialAccessTokens },
  { name: '20261122060000_applied_configs', ...appliedConfigs },
  { name: '20261122060100_grants_by_client', ...grantsByClient },
  { name: '20261122082000_room_for_redeemed_tokens', ...roomForRedeemedTokens },
  { name: '20261122120000_churning_tables', ...churningTables },
  { name: '20261122120100_vacuum_of_tokens', ...vacuumOfTokens },
  { name: '20261122140000_account_groups', ...accountGroups },
] as const;
