import { describe, expect, it } from '@jest/globals';
import { addressPolicy } from '../../src/outbound/address_policy.ts';

const NEVER = [
  '169.254.169.254', '169.254.0.1', 'fe80::1', 'fd00:ec2::254', '100.100.100.200', '168.63.129.16', '0.0.0.0', '::', '224.0.0.1',
  '255.255.255.255', '240.0.0.1', '192.0.0.192', 'ff02::1', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '2002:7f00:1::', 'not an address', '',
]; // prettier-ignore
const PRIVATE = ['10.1.2.3', '192.168.0.1', '172.16.0.1', '100.64.0.1', 'fd12::1', '::ffff:10.1.2.3'];
const LOOPBACK = ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'];
const PUBLIC = ['93.184.215.14', '2606:2800:21f::1'];

const policy = (development: boolean) =>
  addressPolicy({ development, trustedHosts: ['Login.Partner.example', '[::1]'], allow: ['10.0.0.0/8'] });

describe('addressPolicy (H12)', () => {
  it.each(PUBLIC)('lets everybody reach the public address %s', (address) => {
    expect(policy(false)('stranger.example', address)).toBe(true);
  });

  it.each(NEVER)('never reaches %s, not even for a trusted host', (address) => {
    for (const development of [true, false]) expect(policy(development)('login.partner.example', address)).toBe(false);
  });

  it.each(PRIVATE)('reaches the private address %s for a host of the config file', (address) => {
    expect(policy(false)('login.partner.example', address)).toBe(true);
    expect(policy(false)('LOGIN.partner.example.', address)).toBe(true);
  });

  it('reaches a private address for another host only inside an allowed network', () => {
    expect(policy(false)('stranger.example', '10.1.2.3')).toBe(true);
    expect(policy(false)('stranger.example', '192.168.0.1')).toBe(false);
  });

  it.each(LOOPBACK)(
    'reaches the loopback address %s in development mode only, and only for a host of the config file',
    (address) => {
      expect(policy(true)('login.partner.example', address)).toBe(true);
      expect(policy(true)('stranger.example', address)).toBe(false);
      expect(policy(false)('login.partner.example', address)).toBe(false);
    },
  );
});
