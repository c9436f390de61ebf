/**
 * upstreams: signing in through somebody else (Google, Facebook, any OpenID provider).
 *
 * Owns the kinds of upstream as data (presets, claim mapping), the two engines that speak their protocols, the trips that
 * are under way (tables upstream_transactions and upstream_metadata), and the simulator of development mode, which
 * listens on its own port. Mounts no URL of ours: sign_in mounts `/upstream/:id/callback` and `/resume` and asks `arrive`.
 * Never touches an account, never decides who may join which one, never keeps an upstream's token, and never believes an
 * ID token whose signature it has not verified.
 */
export { CHAIN_PARAMETER, isInChain } from './chain.ts';
export { openUpstreams } from './open_upstreams.ts';
export type { Arrival, ListedUpstream, TripEnd, Upstreams } from './door.ts';
export type { AccountTrip } from './transactions/transaction_store.ts';
export { upstreamSettings, type UpstreamSettings } from './settings.ts';
export { upstreamMistakes } from './mistakes.ts';
export { urlsIn } from './effective_preset.ts';
export { redirectUri, simulatorClients, type SimulatorAccess } from './definition.ts';
export { presets, type PresetName, type SimulatedPreset } from './presets/all.ts';
export { startSimulator } from './simulator/start_simulator.ts';
