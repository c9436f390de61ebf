import ipaddr from 'ipaddr.js';

type Ip = ipaddr.IPv4 | ipaddr.IPv6;

/** Decides whether an address may be called for a host. */
export type AddressPolicy = (host: string, address: string) => boolean;

/** Metadata services of clouds; some lie in ranges that are otherwise private or even public. */
const METADATA = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254/128', '100.100.100.200/32', '168.63.129.16/32'].map(
  (cidr) => ipaddr.parseCIDR(cidr),
);
const PRIVATE: ReadonlySet<string> = new Set(['private', 'uniqueLocal', 'carrierGradeNat']);

/**
 * The rule: public addresses for all; private ones only for a host that stands in the config file
 * or a network listed under `outbound.allow`; loopback the same way but in development mode only; link-local, metadata
 * and all special ranges never.
 */
export function addressPolicy(settings: {
  development: boolean;
  trustedHosts: string[];
  allow: string[];
}): AddressPolicy {
  const trusted = new Set(settings.trustedHosts.map((host) => bareHost(host)));
  const networks = settings.allow.map((cidr) => ipaddr.parseCIDR(cidr));
  return (host, address) => {
    const ip = parse(address);
    if (!ip || METADATA.some((network) => contains(network, ip))) return false;
    const range = ip.range();
    if (range === 'unicast') return true;
    if (!PRIVATE.has(range) && !(range === 'loopback' && settings.development)) return false;
    return trusted.has(bareHost(host)) || networks.some((network) => contains(network, ip));
  };
}

/** Whether a host of a URL is this machine by name: `localhost`, below it, or a loopback address. */
export function isLoopbackHost(host: string): boolean {
  const name = bareHost(host);
  return name === 'localhost' || name.endsWith('.localhost') || parse(name)?.range() === 'loopback';
}

/** Whether a URL is https, or plain http to a loopback host in development mode. */
export function hasAllowedScheme({ protocol, hostname }: URL, development: boolean): boolean {
  return protocol === 'https:' || (protocol === 'http:' && development && isLoopbackHost(hostname));
}

/** Whether a host of a URL is an address and not a name; such a host never passes through DNS. */
export function isAddress(host: string): boolean {
  return parse(bareHost(host)) !== undefined;
}

/** The host as DNS takes it: lower case, no brackets, no final dot. */
export function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

/** IPv4 inside IPv6 is judged as IPv4. */
function parse(address: string): Ip | undefined {
  return ipaddr.isValid(address) ? ipaddr.process(address) : undefined;
}

function contains(network: [Ip, number], ip: Ip): boolean {
  return network[0].kind() === ip.kind() && ip.match(network);
}
