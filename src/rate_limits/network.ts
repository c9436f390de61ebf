import ipaddr from 'ipaddr.js';

/** The network a client address is counted by: an IPv4 address itself, or the /64 that one IPv6 household has. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return parsed.toByteArray().slice(0, 8).join('.');
}
