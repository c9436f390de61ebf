import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { clientSettings } from '../../src/clients/index.ts';
import { openDatabase } from '../../src/database/index.ts';
import { protocolSettings, validateClients } from '../../src/oidc/index.ts';
import {
  agent,
  authorize,
  CLIENTS,
  openWorld,
  parameter,
  redeem,
  refresh,
  SECRET,
  signIn,
  token,
  type World,
} from './support.ts';

describe('the engine in operation', () => {
  it('answers 503 where it needs the database, and what needs none as ever (D20)', async () => {
    const away = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/nothing' });
    const other = await openWorld({ deps: { database: away } });
    const browser = agent(other.issuer);
    const page = await browser.get(authorize(), { accept: 'text/html' });
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '5']);
    expect(page.text).toContain('data-error="database_unavailable"');
    for (const answer of [
      await redeem(other.issuer, 'a-code'),
      await refresh(other.issuer, 'x'.repeat(43)),
      await token(other.issuer, { client_id: 'job', grant_type: 'client_credentials' }),
      await browser.post('/oidc/revoke', { client_id: 'wiki', client_secret: SECRET, token: 'x'.repeat(43) }),
      await browser.get('/oidc/userinfo', { authorization: `Bearer ${'x'.repeat(43)}` }),
    ]) {
      expect([answer.status, answer.json['error'], answer.headers.get('retry-after')]).toEqual([
        503,
        'temporarily_unavailable',
        '5',
      ]);
    }
    expect((await browser.get('/oidc/jwks')).status).toBe(200);
    expect((await browser.get('/.well-known/openid-configuration')).status).toBe(200);
    await other.close();
    await away.close();
  });

  it('answers 503 when only the account cannot be read, and the same refresh token is good afterwards', async () => {
    let away = false;
    const world: World = await openWorld({
      deps: {
        accounts: {
          find: async (id) => {
            // As knex words a connection that broke off.
            if (away) throw new Error('select 1 - Connection terminated unexpectedly');
            return world.accounts.get(id);
          },
          groupsOf: () => [],
          forgetProofs: async () => {},
        },
      },
    });
    const code = parameter(await signIn(agent(world.issuer)), 'code');
    const { json } = await redeem(world.issuer, code);
    away = true;
    const refused = await refresh(world.issuer, String(json['refresh_token']));
    expect([refused.status, refused.json['error'], refused.headers.get('retry-after')]).toEqual([
      503,
      'temporarily_unavailable',
      '5',
    ]);
    away = false;
    expect((await refresh(world.issuer, String(json['refresh_token']))).status).toBe(200);
    await world.close();
  });

  it('has the library print nothing', () => {
    const script = fileURLToPath(new URL('./quiet_process.ts', import.meta.url));
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
      encoding: 'utf8',
    });
    expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 });
  });

  it('says of each client what the library would refuse when it is first used (D21)', async () => {
    const protocol = protocolSettings.parse({});
    expect(
      await validateClients(
        CLIENTS.map((client) => clientSettings.parse(client)),
        protocol,
      ),
    ).toEqual([]);
    const refused = await validateClients(
      [
        { client_id: 'no-secret', redirect_uris: ['https://a.example/'] },
        {
          client_id: 'bad-algorithm',
          client_secret: SECRET,
          redirect_uris: ['https://a.example/'],
          id_token_signed_response_alg: 'none',
        },
        {
          client_id: 'implicit',
          client_secret: SECRET,
          redirect_uris: ['https://a.example/'],
          response_types: ['token'],
        },
        { client_id: 'no-redirect', client_secret: SECRET },
        { client_id: 'tv', type: 'device' as const },
      ].map((client) => clientSettings.parse(client)),
      protocol,
    );
    expect(refused.map(({ client_id }) => client_id)).toEqual([
      'no-secret',
      'bad-algorithm',
      'implicit',
      'no-redirect',
    ]);
    expect(refused[0]?.problem).toContain('client_secret');
  });
});
