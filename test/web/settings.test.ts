import { describe, expect, it } from '@jest/globals';
import { brandSettings, httpSettings } from '../../src/web/index.ts';

/** Of running it: see `http:` in the shipped file. */
const RUNNING = { processes: 1, drain_delay: 0, drain_timeout: 5 };

describe('the settings of web', () => {
  it('have defaults for all that must be', () => {
    expect(brandSettings.parse({})).toEqual({ name: 'Gatehouse', accent: '#0b5fff' });
    expect(httpSettings.parse({})).toEqual({ ...RUNNING, port: 3000, host: '127.0.0.1', trusted_hops: 0 });
  });

  it('take whole numbers for ports, and nothing that only looks like one', () => {
    expect(httpSettings.parse({ port: 4000, trusted_hops: 1, metrics_port: 9100 })).toEqual({
      ...RUNNING,
      port: 4000,
      host: '127.0.0.1',
      trusted_hops: 1,
      metrics_port: 9100,
    });
    for (const port of ['4000', true, 4000.5, 0]) expect(httpSettings.safeParse({ port }).success).toBe(false);
  });

  it.each([
    ['an unknown key', { nmae: 'Acme' }],
    ['an empty name', { name: ' ' }],
    ['a name of two lines', { name: 'Acme\nEvil' }],
    ['a colour by name', { accent: 'blue' }],
    ['a colour that ends the rule', { accent: '#fff;}' }],
    ['a logo that is no picture', { logo: './logo.html' }],
    ['a page without TLS', { privacy: 'http://acme.example' }],
    ['a script as page', { terms: 'javascript:alert(1)' }],
    ['a contact of neither kind', { support: 'call us' }],
  ])('refuse %s for the brand', (_, settings) => {
    expect(brandSettings.safeParse(settings).success).toBe(false);
  });

  it.each([
    ['no port', { port: 0 }],
    ['half a port', { port: 80.5 }],
    ['an empty port', { port: '' }],
    ['too high a port', { metrics_port: 65_536 }],
    ['a word', { port: 'http' }],
    ['hops below none', { trusted_hops: -1 }],
    ['an unknown key', { trust_proxy: true }],
  ])('refuse %s for the listener', (_, settings) => {
    expect(httpSettings.safeParse(settings).success).toBe(false);
  });

  it.each(['help@acme.example', 'https://acme.example/help'])('take the contact %s', (support) => {
    expect(brandSettings.parse({ support }).support).toBe(support);
  });
});
