/**
 * outbound: the one HTTP client.
 *
 * Owns every call that Gatehouse makes, to upstreams, for discovery documents and key sets, and for the protocol engine:
 * who may be called (address guard at connect time), how long and how much (time and size budgets). Mounts no URL. Never
 * follows a redirect, never speaks plain http except to a loopback host in development mode, never reaches a link-local or
 * metadata address, sends no cookie and uses no proxy.
 */
export { createOutbound, type Outbound, type OutboundSettings } from './outbound.ts';
export { isLoopbackHost, hasAllowedScheme } from './address_policy.ts';
export { OutboundError } from './outbound_error.ts';
