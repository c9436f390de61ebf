import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse as parseYaml } from 'yaml';
import { clientSettings, kitNames, kitsFor, type ClientInput } from '../../src/clients/index.ts';
import { routes } from '../../src/oidc/index.ts';

const SECRET = 'a-secret-of-more-than-22-characters';
const place = { issuer: 'https://id.acme.example', name: 'Acme', paths: routes };
const wiki: ClientInput = {
  client_id: 'wiki',
  client_secret: SECRET,
  redirect_uris: ['https://wiki.acme.example/callback'],
  post_logout_redirect_uris: ['https://wiki.acme.example/'],
};

function kit(product: string, more: Partial<ClientInput> = {}) {
  const [found] = kitsFor(clientSettings.parse({ ...wiki, ...more }), place, product);
  if (!found) throw new Error(`no kit ${product}`);
  return found;
}

/** The keys and values of an INI or cfg file. */
function settingsIn(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !/^[;#[]/.test(line));
  return Object.fromEntries(
    lines.map((line) => {
      const match = /^(\w+) = (.*)$/.exec(line);
      if (!match) throw new Error(`no setting: ${line}`);
      return [match[1] ?? '', match[2] ?? ''];
    }),
  );
}

/** Fails where the language itself refuses the text. */
function checkSyntax(command: string, args: string[], name: string, text: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-kit-'));
  try {
    writeFileSync(join(folder, name), text);
    execFileSync(command, [...args, join(folder, name)], { stdio: 'pipe' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the kits of a web client', () => {
  it('are there for every product, each with what no other one prints', () => {
    const kits = kitsFor(clientSettings.parse(wiki), place);
    expect(kits.map(({ id }) => id)).toEqual([...kitNames]);
    for (const { text, notes } of kits) {
      expect(text).toContain('https://id.acme.example');
      expect(text).not.toContain('«');
      expect(notes.join(' ')).toContain('WIKI_CLIENT_SECRET');
    }
  });

  it('never hold the secret', () => {
    expect(JSON.stringify(kitsFor(clientSettings.parse(wiki), place))).not.toContain(SECRET);
  });

  it('are YAML that Spring Boot reads', () => {
    const redirect_uris = ['https://wiki.acme.example/login/oauth2/code/acme'];
    const { spring } = parseYaml(kit('spring', { redirect_uris }).text) as { spring: unknown };
    expect(spring).toEqual({
      security: {
        oauth2: {
          client: {
            registration: {
              acme: {
                provider: 'gatehouse',
                'client-id': 'wiki',
                'client-secret': '${WIKI_CLIENT_SECRET}',
                'client-authentication-method': 'client_secret_basic',
                'authorization-grant-type': 'authorization_code',
                'redirect-uri': redirect_uris[0],
                scope: ['openid', 'profile', 'email'],
              },
            },
            provider: { gatehouse: { 'issuer-uri': 'https://id.acme.example', 'user-name-attribute': 'sub' } },
          },
        },
      },
    });
  });

  it('are INI with every endpoint for Grafana', () => {
    expect(settingsIn(kit('grafana').text)).toMatchObject({
      client_id: 'wiki',
      client_secret: '$__env{WIKI_CLIENT_SECRET}',
      auth_style: 'InHeader',
      auth_url: 'https://id.acme.example/oidc/authorize',
      token_url: 'https://id.acme.example/oidc/token',
      api_url: 'https://id.acme.example/oidc/userinfo',
      signout_redirect_url:
        'https://id.acme.example/oidc/logout?post_logout_redirect_uri=https%3A%2F%2Fwiki.acme.example%2F',
      use_pkce: 'true',
    });
  });

  it('are settings with S256 for oauth2-proxy', () => {
    expect(settingsIn(kit('oauth2-proxy').text)).toMatchObject({
      oidc_issuer_url: '"https://id.acme.example"',
      redirect_url: '"https://wiki.acme.example/oauth2/callback"',
      code_challenge_method: '"S256"',
    });
  });

  it('map groups where the client is for some of them, or asks for them', () => {
    for (const product of ['grafana', 'gitlab', 'nextcloud', 'oauth2-proxy']) {
      expect(kit(product).text).not.toContain('groups');
      expect(kit(product, { scope: 'openid groups' }).text).toMatch(/groups.*=.*groups|groups_attribute: 'groups'/);
      expect(kit(product, { allow: { groups: ['staff'] } }).text).toMatch(/email\W+groups/);
    }
  });

  it('are programs that their language reads', () => {
    expect(() => checkSyntax(process.execPath, ['--check'], 'app.mjs', kit('openid-client').text)).not.toThrow();
    expect(() =>
      checkSyntax(process.execPath, ['--check'], 'auth.mjs', stripTypeScriptTypes(kit('authjs').text)),
    ).not.toThrow();
    expect(() => checkSyntax('sh', ['-n'], 'gatehouse.sh', kit('nextcloud').text)).not.toThrow();
  });

  it('name the redirect URI that does not fit the product, and the line that registers it', () => {
    expect(kit('grafana').notes[0]).toBe(
      'Grafana comes back to https://wiki.acme.example/login/generic_oauth, which is not registered: write redirect_uris: ' +
        '["https://wiki.acme.example/callback", "https://wiki.acme.example/login/generic_oauth"] for this client.',
    );
    const fitting = kit('grafana', { redirect_uris: ['https://stats.acme.example/login/generic_oauth'] });
    expect(fitting.notes.join(' ')).not.toContain('not registered');
    expect(settingsIn(fitting.text)['root_url']).toBe('https://stats.acme.example/');
  });

  it('propose ES256 where the library follows discovery, and say where it does not', () => {
    const notesOf = (product: string, alg?: string) =>
      kit(product, alg === undefined ? {} : { id_token_signed_response_alg: alg }).notes.join(' ');
    expect(notesOf('openid-client')).toContain('id_token_signed_response_alg: ES256');
    expect(notesOf('openid-client', 'ES256')).not.toContain('ES256');
    expect(notesOf('spring')).not.toContain('ES256');
    expect(notesOf('spring', 'ES256')).toContain('take id_token_signed_response_alg: ES256 away');
  });

  it('authenticate as the client is registered, and say where the product cannot', () => {
    expect(kit('gitlab', { token_endpoint_auth_method: 'client_secret_post' }).text).toContain(
      'client_auth_method: "query"',
    );
    expect(kit('gitlab', { token_endpoint_auth_method: 'private_key_jwt' }).notes.join(' ')).toContain(
      'GitLab cannot authenticate by private_key_jwt',
    );
  });

  it('have a sentence for everybody who comes from one of the five tutorials', () => {
    const notes = kit('authlib').notes.join('\n');
    for (const from of ['Tornado', 'Facebook', 'Authlib with Google', 'Flask-OAuth', 'sign-up page']) {
      expect(notes).toMatch(new RegExp(`From .*${from}`));
    }
  });

  it('say what a client without PKCE may drop', () => {
    expect(kit('openid-client', { require_pkce: false }).notes.join(' ')).toContain('no require_pkce: false');
  });
});

describe('the kits of other clients', () => {
  const ids = (more: Partial<ClientInput>) => kitsFor(clientSettings.parse({ client_id: 'x', ...more }), place);

  it.each([
    ['spa', 'sign_in.js', 'oidc.None()'],
    ['native', 'app.mjs', 'oidc.None()'],
    ['service', 'service.mjs', 'clientCredentialsGrant'],
    ['device', 'device.mjs', 'initiateDeviceAuthorization'],
  ] as const)('of type %s are one program', (type, file, says) => {
    const redirect_uris = type === 'spa' || type === 'native' ? ['http://127.0.0.1/cb'] : undefined;
    const kits = ids({ type, ...(redirect_uris && { redirect_uris }) });
    expect(kits.map((one) => one.file)).toEqual([file]);
    expect(kits[0]?.text).toContain(says);
    expect(() => checkSyntax(process.execPath, ['--check'], 'kit.mjs', kits[0]?.text ?? '')).not.toThrow();
  });
});

describe('the program of an app on a device', () => {
  const program = (type: 'native' | 'mcp', ...redirect_uris: string[]) => {
    const [only] = kitsFor(clientSettings.parse({ client_id: 'x', type, redirect_uris }), place);
    return { text: only?.text ?? '', notes: only?.notes.join(' ') ?? '' };
  };

  it('listens on the loopback address of the app, at a port of its own', () => {
    const { text, notes } = program('mcp', 'com.acme.x:/callback', 'http://127.0.0.1/done');
    expect(text).toContain('new URL("http://127.0.0.1:8420/done")');
    expect(text).toContain('redirectUri.port, redirectUri.hostname');
    expect(notes).not.toContain('not registered');
    expect(program('native', 'http://127.0.0.1:9000/done').text).toContain('new URL("http://127.0.0.1:9000/done")');
  });

  it('says which loopback address to register where there is none', () => {
    const { text, notes } = program('native', 'com.acme.x:/callback');
    expect(text).toContain('new URL("http://127.0.0.1:8420/callback")');
    expect(notes).toContain('write redirect_uris: ["com.acme.x:/callback", "http://127.0.0.1/callback"]');
  });
});

describe('whatever a client is called', () => {
  it('stays a value in every file', () => {
    const id = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(id, (client_id) => {
        const yaml = parseYaml(kit('spring', { client_id }).text) as {
          spring: { security: { oauth2: { client: { registration: { gatehouse: Record<string, unknown> } } } } };
        };
        expect(yaml.spring.security.oauth2.client.registration.gatehouse['client-id']).toBe(client_id);
        expect(JSON.parse(settingsIn(kit('oauth2-proxy', { client_id }).text)['client_id'] ?? '')).toBe(client_id);
        expect(kit('gitlab', { client_id }).text).not.toMatch(/[^\\]#\{/);
        stripTypeScriptTypes(kit('authjs', { client_id }).text);
      }),
    );
  });
});
