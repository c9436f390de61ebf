import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  checkClient,
  clientKeys,
  clientSettings,
  openClients,
  toMetadata,
  type ClientInput,
} from '../../src/clients/index.ts';
import { featureClientKeys, protocolSettings } from '../../src/oidc/index.ts';
import { returnUriProblem } from '../../src/clients/uris.ts';
import { unsafeSchemes } from '../../src/web/unsafe_schemes.ts';
import { anyText } from '../support/any_text.ts';

const { on, off } = featureClientKeys(protocolSettings.parse({}));
const KEYS = { on: [...clientKeys, ...on], off };
const parse = (input: ClientInput) => clientSettings.parse(input);
const wiki: ClientInput = {
  client_id: 'wiki',
  name: 'Wiki',
  client_secret: 'a-secret-of-more-than-22-characters',
  redirect_uris: ['https://wiki.acme.example/callback'],
};

describe('client templates', () => {
  it.each([
    ['web', 'client_secret_basic', 'web', ['authorization_code', 'refresh_token'], ['code']],
    ['spa', 'none', 'web', ['authorization_code', 'refresh_token'], ['code']],
    ['native', 'none', 'native', ['authorization_code', 'refresh_token'], ['code']],
    ['mcp', 'none', 'native', ['authorization_code', 'refresh_token'], ['code']],
    ['service', 'client_secret_basic', 'web', ['client_credentials'], []],
    ['device', 'none', 'native', ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'], []],
  ] as const)('give a client of type %s its safe metadata', (type, method, application, grants, responses) => {
    expect(toMetadata(parse({ client_id: 'a', type }))).toMatchObject({
      client_name: 'a',
      token_endpoint_auth_method: method,
      application_type: application,
      grant_types: grants,
      response_types: responses,
      require_pkce: true,
      first_party: false,
    });
  });

  it('give way to what the client says itself', () => {
    const metadata = toMetadata(
      parse({ ...wiki, id_token_signed_response_alg: 'ES256', token_endpoint_auth_method: 'client_secret_post' }),
    );
    expect(metadata).toMatchObject({
      id_token_signed_response_alg: 'ES256',
      token_endpoint_auth_method: 'client_secret_post',
    });
    expect(metadata).not.toHaveProperty('type');
    expect(metadata).not.toHaveProperty('name');
  });
});

describe('checkClient', () => {
  const rules = (input: ClientInput, mode: 'production' | 'development' = 'production') =>
    checkClient(parse(input), { mode }, KEYS)
      .filter(({ warning }) => !warning)
      .map((problem) => [problem.path.join('.'), problem.rule]);

  it('has nothing to say about a sound client of each type', () => {
    expect(rules(wiki)).toEqual([]);
    const spa = {
      client_id: 'spa',
      type: 'spa' as const,
      redirect_uris: ['https://app.example/', 'http://localhost:5173/cb'],
    };
    expect(rules(spa, 'development')).toEqual([]);
    expect(rules(spa)).toEqual([['redirect_uris.1', 'insecure_uri']]);
    expect(
      rules({ client_id: 'cli', type: 'native', redirect_uris: ['http://127.0.0.1/cb', 'com.example.app:/cb'] }),
    ).toEqual([]);
    expect(rules({ client_id: 'job', type: 'service', client_secret: 'x'.repeat(40) })).toEqual([]);
  });

  it.each([
    ['http://wiki.acme.example/callback', 'insecure_uri'],
    ['com.example.app:/callback', 'insecure_uri'],
    ['https://wiki.acme.example/callback#', 'uri_fragment'],
    ['https://wiki.acme.example/callback#part', 'uri_fragment'],
    ['https://*.acme.example/callback', 'uri_wildcard'],
    ['https://wiki.acme.example/*', 'uri_wildcard'],
    ['https://someone@wiki.acme.example/callback', 'uri_credentials'],
    ['https:\\\\wiki.acme.example/callback', 'invalid_uri'],
    [' https://wiki.acme.example/callback', 'invalid_uri'],
    ['/callback', 'invalid_uri'],
    ['javascript:alert(1)', 'insecure_uri'],
    ['JaVaScRiPt:alert(1)', 'insecure_uri'],
    ['http://localhost.evil.example/', 'insecure_uri'],
  ])('refuses %s as a redirect URI of a web app', (uri, rule) => {
    expect(rules({ ...wiki, redirect_uris: ['https://wiki.acme.example/callback', uri] })).toEqual([
      ['redirect_uris.1', rule],
    ]);
    expect(rules({ ...wiki, post_logout_redirect_uris: [uri] })).toEqual([['post_logout_redirect_uris.0', rule]]);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'vbscript:x'])(
    'refuses %s of a native app',
    (uri) => {
      expect(rules({ client_id: 'cli', type: 'native', redirect_uris: [uri] })).toEqual([
        ['redirect_uris.0', 'insecure_uri'],
      ]);
    },
  );

  it('takes no URI to come back to, however it is written, that browsers run or that leads in the clear to others', () => {
    const nearly = fc
      .array(
        fc.constantFrom(
          'https',
          'http',
          'HTTP',
          'com.example.app',
          'javascript',
          'data',
          'ws',
          'localhost',
          '127.0.0.1',
          '[::1]',
          '2130706433',
          'evil.example',
          ':',
          '/',
          '//',
          '\\',
          '@',
          '#',
          '*',
          '?',
          '%',
          '.',
          ':8080',
          ' ',
          '\t',
          '\n',
          '\0',
          '\u3002',
          'é',
        ),
        { maxLength: 8 },
      )
      .map((parts) => parts.join(''));
    const begun = fc.tuple(fc.constantFrom('https://', 'http://', 'http:', 'com.example.app:'), nearly);
    const anything = fc.oneof(
      anyText(),
      fc.webUrl(),
      nearly,
      begun.map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anything, fc.boolean(), fc.boolean(), (uri, native, development) => {
        if (returnUriProblem(uri, { native, development })) return;
        const { protocol, hostname, username, password, hash } = new URL(uri);
        expect([username, password, hash]).toEqual(['', '', '']);
        // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
        expect(uri).not.toMatch(/[\u0000-\u0020\u007f\\*#]/);
        if (protocol === 'https:') return;
        expect([native || (development && protocol === 'http:'), unsafeSchemes.has(protocol)]).toEqual([true, false]);
        if (protocol === 'http:') expect(hostname).toMatch(/(^|\.)localhost\.?$|^127(\.\d+){3}$|^\[::1\]$/);
      }),
      { numRuns: 10_000 },
    );
  });

  it.each(['client_uri', 'logo_uri', 'policy_uri', 'tos_uri', 'backchannel_logout_uri', 'jwks_uri'])(
    'wants %s on https',
    (key) => {
      expect(rules({ ...wiki, [key]: 'http://wiki.acme.example/x' })).toEqual([[key, 'insecure_uri']]);
      expect(rules({ ...wiki, [key]: 'http://localhost:4000/x' })).toEqual([[key, 'insecure_uri']]);
      expect(rules({ ...wiki, [key]: 'http://localhost:4000/x' }, 'development')).toEqual([]);
    },
  );

  it('names a misspelt key and the keys it may have meant', () => {
    const [found] = checkClient(
      parse({ ...wiki, redirect_uri: ['https://wiki.acme.example/'] }),
      {
        mode: 'production',
      },
      KEYS,
    );
    expect(found).toMatchObject({ path: ['redirect_uri'], rule: 'unknown_key' });
    expect(found?.candidates).toContain('redirect_uris');
  });

  it('keeps public clients public', () => {
    expect(rules({ client_id: 'spa', type: 'spa', client_secret: 'x'.repeat(40) })).toEqual([
      ['client_secret', 'public_client'],
    ]);
    expect(rules({ client_id: 'spa', type: 'spa', token_endpoint_auth_method: 'client_secret_basic' })).toEqual([
      ['token_endpoint_auth_method', 'public_client'],
    ]);
    expect(rules({ client_id: 'spa', type: 'spa', require_pkce: false })).toEqual([['require_pkce', 'public_client']]);
  });

  it('refuses a secret that can be guessed, in production only', () => {
    expect(rules({ ...wiki, client_secret: 'wiki' })).toEqual([['client_secret', 'weak_secret']]);
    expect(rules({ ...wiki, client_secret: 'wiki' }, 'development')).toEqual([]);
  });
});

describe('the registry of clients', () => {
  it('finds clients and lists all of them by name', () => {
    const mail = parse({ client_id: 'mail', name: 'Mail', type: 'spa', client_uri: 'https://mail.acme.example/' });
    const clients = openClients({
      settings: [parse(wiki), mail],
      extra: [{ client_id: 'gatehouse-account', type: 'spa', first_party: true }],
    });
    expect(clients.list().map((client) => client.id)).toEqual(['gatehouse-account', 'mail', 'wiki']);
    expect(clients.list()[1]).toEqual({
      id: 'mail',
      name: 'Mail',
      uri: 'https://mail.acme.example/',
      logo: undefined,
      first_party: false,
    });
    expect(clients.find('gatehouse-account')).toMatchObject({ first_party: true, require_pkce: true });
    expect(clients.find('unknown')).toBeUndefined();
    expect(clients.find('__proto__')).toBeUndefined();
  });

  it('keeps ids that begin with gatehouse- to ourselves, in any case', () => {
    expect(() => openClients({ settings: [parse({ client_id: 'gatehouse-account' })] })).toThrow('reserved');
    expect(() => openClients({ settings: [parse({ client_id: 'Gatehouse-x' })] })).toThrow('reserved');
  });

  it('refuses an id that is used twice', () => {
    expect(() => openClients({ settings: [parse(wiki), parse(wiki)] })).toThrow('twice');
  });
});
