import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { simulatorClients, startSimulator } from '../../src/upstreams/index.ts';
import { settings, visitSimulator, type SimulatorVisit } from './support/simulator_visit.ts';
import { viewsRender } from './support/views.ts';

let newest: string | undefined;
let visit: SimulatorVisit;
beforeAll(async () => {
  visit = await visitSimulator(async () => newest);
});
afterAll(() => visit.close());

describe('the simulator', () => {
  it('does not start for an issuer that others can reach', async () => {
    const reachable = simulatorClients('https://id.acme.example', settings);
    await expect(startSimulator({ host: '127.0.0.1', port: 0, clients: reachable, viewsRender })).rejects.toThrow(
      'loopback',
    );
  });

  it.each(['google', 'facebook'] as const)(
    'says on the page of %s that it is a simulation, without script',
    async (provider) => {
      const page = await visit.show(provider);
      const html = await page.text();
      expect(page.status).toBe(200);
      expect(html).toMatch(/simulat/i);
      expect(html).not.toContain('<script');
      const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(page.headers.get('cache-control')).toBe('no-store');
    },
  );

  it("offers the newest account's address as a persona, another person for another address", async () => {
    newest = 'taken@example.org';
    expect(await (await visit.show('google')).text()).toContain('taken@example.org');
    const profile = async (): Promise<Record<string, unknown>> => {
      const { access_token: token } = await visit.tokens('google', 'twin');
      const answer = await fetch(`${visit.base}/google/v1/userinfo`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return JSON.parse(await answer.text());
    };
    const first = await profile();
    newest = 'other@example.org';
    const second = await profile();
    expect(first).toMatchObject({ email: 'taken@example.org', email_verified: true });
    expect(second).not.toHaveProperty('sub', first.sub);
    newest = undefined;
    expect(await (await visit.show('google')).text()).not.toContain('example.org');
  });

  it('refuses another Host, so that no foreign page can reach it by rebinding', async () => {
    const status = await new Promise((resolve, reject) => {
      const call = request(`${visit.base}/google/oauth2/v3/certs`, { headers: { host: 'evil.example' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      call.on('error', reject).end();
    });
    expect(status).toBe(421);
  });

  it('refuses a body that no form of ours has', async () => {
    const answer = await fetch(`${visit.base}/google/token`, { method: 'POST', body: 'x'.repeat(100_000) });
    expect(answer.status).toBe(413);
  });

  it.each(['/', '/google', '/google/nothing', '/github/login', '/facebook/me'])('has nothing at %s', async (path) => {
    expect((await fetch(`${visit.base}${path}`)).status).toBe(404);
  });
});
