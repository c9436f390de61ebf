import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * The address of the person's end of the connection: the entry of X-Forwarded-For that the outermost trusted proxy wrote.
 * With no trusted hop the header counts for nothing. Where an entry is no address, the nearest valid one towards us counts.
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | undefined, trustedHops: number): string {
  const chain = [...(forwardedFor ?? '').split(',').filter((entry) => entry.trim() !== ''), peer ?? ''];
  const outermost = Math.max(0, chain.length - 1 - trustedHops);
  for (const entry of chain.slice(outermost)) {
    const address = parse(entry.trim());
    if (address) return address;
  }
  return '';
}

/** `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1` or `[2001:db8::1]:443` in one spelling; IPv4 in IPv6 becomes IPv4. */
function parse(entry: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
  const [address = ''] = bare.split('%', 1);
  const version = isIP(address);
  // Of IPv4 there is one spelling only.
  if (version === 4) return address;
  return version === 0 ? undefined : ipaddr.process(address).toString();
}
