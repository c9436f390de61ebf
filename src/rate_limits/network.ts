import ipaddr from 'ipaddr.js';

/** Bytes of the /64 that one household has, and of the /48 that a site or a rented server may have all of. */
const PREFIXES = [8, 6];

/**
 * The networks a client address is counted by, the narrowest first: an IPv4 address itself; for IPv6, where one person has
 * 2^64 addresses and somebody with many of those has them under one /48, both.
 */
export function networksOf(address: string): string[] {
  if (!ipaddr.isValid(address)) return [address];
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return [parsed.toString()];
  return PREFIXES.map((bytes) => parsed.toByteArray().slice(0, bytes).join('.'));
}

/** The narrowest of them. */
export function networkOf(address: string): string {
  return networksOf(address)[0] ?? address;
}
