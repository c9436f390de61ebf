/**
 * upstreams: signing in through somebody else (Google, Facebook, any OpenID or OAuth 2 server).
 *
 * Owns the kinds of upstream as data (presets, claim mapping), the two engines that speak their protocols, the trips that
 * are under way (table upstream_transactions), where upstreams are and their keys (upstream_metadata, upstream_keys), what they
 * tell us of their accounts and what we keep to end a connection there (upstream_notifications, upstream_deletions,
 * upstream_tokens), and the simulator of development mode, which listens on its own port. Mounts `/upstream/:id/events`,
 * `/deletion`, `/deletion/:code` and `/signed-out`; sign_in mounts `/upstream/:id/callback` and `/resume` and asks `arrive`.
 * Never touches an account itself, never decides who may join which one, keeps no token of an upstream but what ends a
 * connection (`store_tokens`), and never believes what is not signed, except Kakao's webhook for the key that it carries.
 */
export { mendOf } from './inspection/mends.ts';
export { CHAIN_PARAMETER, isInChain } from './chain.ts';
export { openUpstreams } from './open_upstreams.ts';
export type { Arrival, ListedUpstream, TripEnd, Upstreams } from './door.ts';
export type { AccountTrip } from './transactions/transaction_store.ts';
export { upstreamSettings, type UpstreamSettings } from './settings.ts';
export { groupsOfUpstream, groupsThrough } from './mapping/groups.ts';
export { upstreamMistakes } from './mistakes.ts';
export { urlsIn } from './effective_preset.ts';
export { mountLifecycle } from './lifecycle/mount_lifecycle.ts';
export { sealedColumns } from './sealed_columns.ts';
export { redirectUri } from './credentials.ts';
export { simulatorClients, type SimulatorAccess } from './simulated.ts';
export { examineUpstream } from './inspection/examine.ts';
export { upstreamFacts, type UpstreamFacts } from './inspection/facts.ts';
export { startSimulator } from './simulator/start_simulator.ts';
