/**
 * outbound: the one HTTP client of Gatehouse, for upstreams, discovery documents and key sets, and for whatever the
 * protocol engine fetches.
 *
 * Owns who may be called (address guard at connect time), how long and how much (time and size budgets). Mounts no URL.
 * Never follows a redirect, never speaks plain http except to a loopback host in development mode, never reaches a
 * link-local or metadata address, sends no cookie and uses no proxy.
 */
export { createOutbound, type Outbound, type OutboundSettings, type OutboundLimits } from './outbound.ts';
export { isLoopbackHost } from './address_policy.ts';
export { OutboundError, type OutboundReason } from './outbound_error.ts';
