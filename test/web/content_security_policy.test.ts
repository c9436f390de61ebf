import { describe, expect, it } from '@jest/globals';
import { contentSecurityPolicy } from '../../src/web/index.ts';

function directive(policy: string, name: string): string | undefined {
  return policy.split('; ').find((part) => part.startsWith(`${name} `));
}

describe('the content security policy', () => {
  it('allows nothing but our own files, and forms to ourselves', () => {
    expect(contentSecurityPolicy()).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
  });

  it.each([
    ['an origin', 'https://wiki.example', 'https://wiki.example'],
    ['an origin with a port', 'http://127.0.0.1:4000', 'http://127.0.0.1:4000'],
    ['an app’s scheme', 'com.example.app:', 'com.example.app:'],
    ['the scheme of an IPv6 literal, which a source list cannot name', 'http://[::1]:4000', 'http:'],
  ])('lets forms end at %s', (_, target, source) => {
    expect(directive(contentSecurityPolicy({ formTargets: [target] }), 'form-action')).toBe(
      `form-action 'self' ${source}`,
    );
  });

  it('names a target once', () => {
    const policy = contentSecurityPolicy({ formTargets: ['https://a.example', 'https://a.example'] });
    expect(directive(policy, 'form-action')).toBe("form-action 'self' https://a.example");
  });

  it.each([
    'https://wiki.example/path',
    'https://wiki.example; script-src *',
    "https://wiki.example 'unsafe-inline'",
    'https://*.example',
    'https://WIKI.example',
    'javascript:',
    'data:',
    'ftp://wiki.example',
    '*',
    "'unsafe-inline'",
    '',
  ])('throws on the form target %j', (target) => {
    expect(() => contentSecurityPolicy({ formTargets: [target] })).toThrow(TypeError);
  });

  it('allows a script by its hash', () => {
    const policy = contentSecurityPolicy({ scriptHashes: ['sha256-AAAA+/bb='] });
    expect(directive(policy, 'script-src')).toBe("script-src 'self' 'sha256-AAAA+/bb='");
  });

  it.each(["unsafe-inline'", 'sha256-a b', "sha256-a' *"])('throws on the hash %j', (hash) => {
    expect(() => contentSecurityPolicy({ scriptHashes: [hash] })).toThrow(TypeError);
  });
});
