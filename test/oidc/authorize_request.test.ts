import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { agent, authorize, openWorld, parameter, redeem, signIn, VERIFIER, type World } from './support.ts';
import { anyText } from '../support/any_text.ts';

describe('an authorization request', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.close());

  describe('PKCE (D4)', () => {
    const S256 = createHash('sha256').update(VERIFIER).digest('base64url');
    it.each([
      ['no challenge', 'wiki', { code_challenge: undefined, code_challenge_method: undefined }],
      ['no challenge of a public client', 'spa', { code_challenge: undefined, code_challenge_method: undefined }],
      ['plain', 'wiki', { code_challenge: VERIFIER, code_challenge_method: 'plain' }],
      ['no method', 'wiki', { code_challenge_method: undefined }],
      ['a method without challenge', 'wiki', { code_challenge: undefined }],
      ['42 characters', 'wiki', { code_challenge: 'a'.repeat(42) }],
      ['129 characters', 'wiki', { code_challenge: 'a'.repeat(129) }],
      ['a lower-case method', 'wiki', { code_challenge_method: 's256' }],
    ])('is refused with %s (%s)', async (_name, client_id, change) => {
      const answer = await agent(world.issuer).get(authorize({ client_id, ...change }));
      expect(parameter(answer, 'error')).toBe('invalid_request');
      expect(parameter(answer, 'state')).toBe('the-state-of-the-client');
      expect(parameter(answer, 'iss')).toBe(world.issuer);
    });

    it('names the key that allows its absence', async () => {
      const answer = await agent(world.issuer).get(
        authorize({ code_challenge: undefined, code_challenge_method: undefined }),
      );
      expect(parameter(answer, 'error_description')).toContain('require_pkce: false');
    });

    it('may be absent where the client says so', async () => {
      const change = { client_id: 'old', code_challenge: undefined, code_challenge_method: undefined };
      const answer = await signIn(agent(world.issuer), change);
      expect(
        (await redeem(world.issuer, parameter(answer, 'code'), { client_id: 'old', code_verifier: undefined })).status,
      ).toBe(200);
      const stripped = await signIn(agent(world.issuer), change);
      expect((await redeem(world.issuer, parameter(stripped, 'code'), { client_id: 'old' })).json['error']).toBe(
        'invalid_grant',
      );
    });

    it.each([
      ['another verifier', { code_verifier: `${VERIFIER}x` }],
      ['no verifier', { code_verifier: undefined }],
      ['the challenge as verifier', { code_verifier: S256 }],
    ])('binds the code: %s', async (_name, change) => {
      const code = parameter(await signIn(agent(world.issuer)), 'code');
      const answer = await redeem(world.issuer, code, change);
      expect([answer.status, answer.json['error']]).toEqual([400, 'invalid_grant']);
    });
  });

  it('never tells the world how a client should have authenticated, or that there is none', async () => {
    const ask = async (headers: Record<string, string>, client_id: string) => {
      const body = new URLSearchParams({ grant_type: 'authorization_code', code: 'x', redirect_uri: 'x', client_id });
      const answer = await fetch(`${world.issuer}/oidc/token`, { method: 'POST', headers, body });
      return (await answer.json()) as Record<string, unknown>;
    };
    const wrong = { authorization: `Basic ${btoa('wiki:wrong')}` };
    const answers = [await ask(wrong, 'wiki'), await ask({}, 'wiki'), await ask({}, 'nobody')];
    const rest =
      /^client authentication failed, received: (?:client_secret_basic|none); explain [0-9A-Z-]{11} tells more$/;
    for (const answer of answers) {
      expect(answer).toEqual({ error: 'invalid_client', error_description: expect.stringMatching(rest) });
    }
  });

  describe('a redirect URI', () => {
    const good = 'https://wiki.acme.example/cb';
    const tricks = [
      'https://WIKI.acme.example/cb',
      'https://wiki.acme.example/CB',
      'HTTPS://wiki.acme.example/cb',
      `${good}/`,
      `${good}?a=b`,
      `${good}#x`,
      `${good}/../cb`,
      `${good};/..`,
      'https://wiki.acme.example:443/cb',
      'https://wiki.acme.example/%63b',
      'https://user@wiki.acme.example/cb',
      'https://wiki.acme.example@evil.example/cb',
      'https://a@b@wiki.acme.example/cb',
      'https://wiki.acme.example.evil.example/cb',
      'https://wiki.acme.example%2eevil.example/cb',
      'https:\\\\wiki.acme.example\\cb',
      'https:/wiki.acme.example/cb',
      '//wiki.acme.example/cb',
      '//evil.example',
      'http://wiki.acme.example/cb',
      'javascript:alert(1)',
      'data:text/html,x',
      ` ${good}`,
      `${good} `,
      `${good}\n`,
      'http://127.0.0.1/cb',
      'http://[::1]/cb',
      'https://shop.example/cb',
    ];

    it.each(tricks)('is compared letter by letter: %j is refused without a redirect (V4, D1)', async (redirect_uri) => {
      const answer = await agent(world.issuer).get(authorize({ redirect_uri }), { accept: 'text/html' });
      expect([answer.status, answer.location]).toEqual([400, undefined]);
      expect(answer.text).toContain('data-error="redirect_uri_mismatch"');
      expect(answer.text).not.toContain('did not match any');
    });

    it('is compared letter by letter, whatever letters are changed', async () => {
      const piece = fc.constantFrom(
        '/',
        '?',
        '#',
        '@',
        ':',
        ';',
        '&',
        '=',
        ' ',
        '\t',
        '\0',
        '\\',
        '%2f',
        '%00',
        '..',
        '//',
        'evil.example',
        'é',
        '\u3002',
      );
      const changed = fc
        .tuple(fc.nat(good.length), fc.nat(3), fc.oneof(piece, anyText({ maxLength: 6 })))
        .map(([start, gone, more]) => good.slice(0, start) + more + good.slice(start + gone))
        .filter((uri) => uri !== good && uri.isWellFormed());
      await fc.assert(
        fc.asyncProperty(changed, async (redirect_uri) => {
          const answer = await agent(world.issuer).get(authorize({ redirect_uri }));
          expect([answer.status, answer.location]).toEqual([400, undefined]);
        }),
        { numRuns: 100 },
      );
    });

    it('is refused when it is missing or sent twice', async () => {
      for (const url of [
        authorize({ redirect_uri: undefined }),
        `${authorize()}&redirect_uri=${encodeURIComponent(good)}`,
      ]) {
        const answer = await agent(world.issuer).get(url);
        expect([answer.status, answer.location]).toEqual([400, undefined]);
      }
    });

    it('may vary by port for a native app on loopback, and by nothing else (D1)', async () => {
      const at = async (redirect_uri: string) =>
        (await agent(world.issuer).get(authorize({ client_id: 'cli', redirect_uri }))).status;
      expect(await at('http://127.0.0.1:49152/cb')).toBe(303);
      expect(await at('com.example.cli:/cb')).toBe(303);
      for (const other of [
        'http://localhost:49152/cb',
        'http://127.0.0.1:49152/cb2',
        'https://127.0.0.1/cb',
        'http://127.0.0.1.evil.example/cb',
        'com.example.cli:/cb2',
      ]) {
        expect(await at(other)).toBe(400);
      }
    });

    it('decides before anything else does: no error is sent to a wrong one (D2)', async () => {
      for (const change of [
        { response_type: 'token' },
        { scope: '' },
        { prompt: 'none login' },
        { response_mode: 'web_message' },
      ]) {
        const answer = await agent(world.issuer).get(authorize({ redirect_uri: 'https://evil.example/', ...change }));
        expect([answer.status, answer.location]).toEqual([400, undefined]);
      }
    });
  });

  it.each(['token', 'id_token', 'code token', 'code id_token', 'none'])(
    'offers the code flow only, not %s (D13)',
    async (response_type) => {
      const answer = await agent(world.issuer).get(authorize({ response_type }));
      expect(answer.location).toContain('unsupported_response_type');
      expect(answer.location).not.toContain('access_token=');
    },
  );

  it('does not read request objects or foreign request URIs (D15)', async () => {
    for (const change of [
      { request: 'e30.e30.' },
      { request_uri: 'https://canary.example/' },
      { registration: '{}' },
    ]) {
      expect((await agent(world.issuer).get(authorize(change))).location).toMatch(/error=\w+_not_supported/);
    }
    expect(world.outbound).toEqual([]);
  });

  it('shows an unknown client a page, with its id for the developer', async () => {
    const answer = await agent(world.issuer).get(
      authorize({ client_id: 'nobody', redirect_uri: 'https://evil.example/' }),
      { accept: 'text/html' },
    );
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('data-error="client_unknown"');
    expect(answer.text).toContain('nobody');
    expect(answer.text).not.toContain('client is invalid');
  });

  describe('a form post to the authorization endpoint', () => {
    it('becomes the same request by GET', async () => {
      const query = new URL(authorize({ state: 'ünï ☂ & =' }), world.issuer).search.slice(1);
      const answer = await agent(world.issuer).post('/oidc/authorize', query);
      expect(answer.status).toBe(303);
      const target = new URL(answer.location ?? '', world.issuer);
      expect(target.pathname).toBe('/oidc/authorize');
      expect([...target.searchParams]).toEqual([...new URLSearchParams(query)]);
      expect(answer.location).toMatch(/^\/oidc\/authorize\?/);
    });

    it('above 8 kB is refused with a hint at pushed requests', async () => {
      const answer = await agent(world.issuer).post(
        '/oidc/authorize',
        { client_id: 'wiki', state: 'x'.repeat(9000) },
        { accept: 'text/html' },
      );
      expect(answer.status).toBe(413);
      expect(answer.text).toContain('/oidc/par');
    });
  });

  it('answers response_mode=form_post with a form that may end at the client only', async () => {
    const answer = await signIn(agent(world.issuer), { response_mode: 'form_post' });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('action="https://wiki.acme.example/cb"');
    const script = /<script>([\s\S]*?)<\/script>/.exec(answer.text)?.[1] ?? '';
    const hash = createHash('sha256').update(script).digest('base64');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}'`);
    expect(policy).toContain("form-action 'self' https://wiki.acme.example;");
    expect(policy).not.toContain('unsafe');
  });
});
