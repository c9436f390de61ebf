/**
 * upstreams: signing in through somebody else (Google, Facebook, any OpenID provider).
 *
 * Owns the kinds of upstream as data (presets, claim mapping), the two engines that speak their protocols, the trips that
 * are under way (tables upstream_transactions and upstream_metadata), and the simulator of development mode, which
 * listens on its own port. Mounts no URL of ours: sign_in mounts `/upstream/:id/callback` and `/resume` and asks `arrive`.
 * Never touches an account, never decides who may join which one, never keeps an upstream's token, and never believes an
 * ID token whose signature it has not verified.
 */
export { openUpstreams, type ListedUpstream, type Upstreams, type UpstreamsDeps } from './open_upstreams.ts';
export { type Arrival } from './arrive.ts';
export { type Purpose, type Trip } from './transactions/transaction_store.ts';
export { type Sealer } from './transactions/postgres_transaction_store.ts';
export { type UpstreamIdentity } from './upstream.ts';
export { type Trust } from './mapping/mapping.ts';
export { upstreamSettings, type Linking, type UpstreamSettings } from './settings.ts';
export { upstreamMistakes, type UpstreamMistake } from './mistakes.ts';
export { redirectUri, simulatorClients, type SimulatorAccess, type SimulatorClients } from './definition.ts';
export { startSimulator, type Simulator, type SimulatorSettings } from './simulator/start_simulator.ts';
