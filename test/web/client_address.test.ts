import { describe, expect, it } from '@jest/globals';
import { clientAddress } from '../../src/web/client_address.ts';

describe('the client address (G5)', () => {
  it.each([
    ['ignores the header without a trusted hop', '192.0.2.1', '198.51.100.7', 0, '192.0.2.1'],
    ['takes what the only proxy wrote', '10.0.0.1', '198.51.100.7', 1, '198.51.100.7'],
    ['does not believe what stood there before', '10.0.0.1', '203.0.113.66, 198.51.100.7', 1, '198.51.100.7'],
    ['goes two hops back', '10.0.0.1', '203.0.113.66, 198.51.100.7, 10.0.0.2', 2, '198.51.100.7'],
    ['takes the oldest of a list that is too short', '10.0.0.1', '198.51.100.7', 5, '198.51.100.7'],
    ['takes the peer when the header is missing', '10.0.0.1', undefined, 2, '10.0.0.1'],
    ['takes the next hop for what is no address', '10.0.0.1', 'unknown', 1, '10.0.0.1'],
    ['takes no decimal address', '10.0.0.1', '3325256711', 1, '10.0.0.1'],
    ['drops a port', '10.0.0.1', '198.51.100.7:5123', 1, '198.51.100.7'],
    ['drops brackets and port', '10.0.0.1', '[2001:db8::1]:443', 1, '2001:db8::1'],
    ['drops a zone', 'fe80::1%eth0', undefined, 0, 'fe80::1'],
    ['has one spelling of IPv6', '10.0.0.1', '2001:0DB8:0:0::1', 1, '2001:db8::1'],
    ['turns mapped IPv4 into IPv4', '::ffff:192.0.2.1', undefined, 0, '192.0.2.1'],
    ['skips empty entries', '10.0.0.1', ' , 198.51.100.7,, ', 1, '198.51.100.7'],
    ['is empty for a peer without address', undefined, undefined, 0, ''],
  ])('%s', (_, peer, header, hops, expected) => {
    expect(clientAddress(peer, header, hops)).toBe(expected);
  });
});
