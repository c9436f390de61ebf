import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { certify } from '../support/certificates.ts';
import { openDoor, type Door } from './door.ts';

const ISSUER = 'https://id.acme.example';

const certificateHeaders = () => ({ certificate_header: 'x-client-certificate', verified_header: 'x-verified' });

function mirror(hops: number): Promise<Door> {
  return openDoor({ issuer: ISSUER, http: { trusted_hops: hops }, certificateHeaders }, (web) => {
    web.router.get('/mirror', (ctx) => {
      ctx.body = {
        href: ctx.href,
        host: ctx.host,
        protocol: ctx.protocol,
        secure: ctx.secure,
        ip: ctx.ip,
        ips: ctx.ips,
        address: web.clientAddress(ctx),
        certificate: web.clientCertificate(ctx)?.certificate.subject,
        verified: web.clientCertificate(ctx)?.verified,
        headers: ctx.headers,
      };
    });
  });
}

describe('the canonical request', () => {
  let door: Door;
  beforeAll(async () => {
    door = await mirror(1);
  });
  afterAll(() => door.close());

  it.each([
    ['another host', { host: 'evil.example' }],
    ['our host on another port', { host: 'id.acme.example:8443' }],
    ['our host with a dot', { host: 'id.acme.example.' }],
    ['our host as user of another', { host: 'id.acme.example@evil.example' }],
    ['a list of hosts', { host: 'id.acme.example, evil.example' }],
    ['an address', { host: '127.0.0.1' }],
    ['another host behind a forwarded one of ours', { host: 'evil.example', 'x-forwarded-host': 'id.acme.example' }],
  ])('answers %s with 421 and plain text (E1, H8)', async (_, headers) => {
    const answer = await door.ask('GET', '/mirror', { headers });
    expect(answer.status).toBe(421);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.text).not.toContain('evil');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('tells its owner of another host, and lets nobody fill the log', () => {
    const told = door.lines.filter(({ msg }) => msg === 'a request for another host');
    expect(told).toEqual([expect.objectContaining({ received: 'evil.example', expected: 'id.acme.example' })]);
  });

  it.each(['id.acme.example', 'ID.Acme.Example', 'id.acme.example:443'])('takes the Host %s', async (host) => {
    const answer = await door.ask('GET', '/mirror', { headers: { host } });
    expect(JSON.parse(answer.text)).toMatchObject({ host: 'id.acme.example', href: `${ISSUER}/mirror`, secure: true });
  });

  it('lets nothing through that a client says about host, scheme, path or method (D3, E1)', async () => {
    const lies = {
      forwarded: 'for=198.51.100.9;host=evil.example;proto=http',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '8080',
      'x-forwarded-prefix': '/evil',
      'x-forwarded-server': 'evil.example',
      'x-original-url': '/admin',
      'x-rewrite-url': '/admin',
      'x-http-method-override': 'DELETE',
      'x-real-ip': '198.51.100.9',
      'true-client-ip': '198.51.100.9',
      'cf-connecting-ip': '198.51.100.9',
      x_forwarded_for: '198.51.100.9',
      x_forwarded_host: 'evil.example',
      'x_forwarded-proto': 'http',
    };
    const answer = await door.ask('GET', '/mirror', { headers: { ...lies, 'accept-language': 'ko' } });
    const seen = JSON.parse(answer.text);
    expect(seen).toMatchObject({ href: `${ISSUER}/mirror`, protocol: 'https', secure: true, ip: '127.0.0.1' });
    expect(seen.headers).toEqual({
      host: 'id.acme.example',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
      'accept-language': 'ko',
      connection: 'close',
    });
  });

  it.each([
    ['two Host headers', 'GET /mirror HTTP/1.1\r\nHost: id.acme.example\r\nHost: evil.example\r\n', '400'],
    ['two Host headers of ours', 'GET /mirror HTTP/1.1\r\nHost: id.acme.example\r\nhost: id.acme.example\r\n', '400'],
    ['an absolute URI of another host', 'GET http://evil.example/mirror HTTP/1.1\r\nHost: id.acme.example\r\n', '400'],
    ['an absolute URI of ours', 'GET https://id.acme.example/mirror HTTP/1.1\r\nHost: id.acme.example\r\n', '400'],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: id.acme.example\r\n', '400'],
    ['HTTP/1.1 without a Host', 'GET /mirror HTTP/1.1\r\n', '400'],
    ['HTTP/1.0 without a Host', 'GET /mirror HTTP/1.0\r\n', '421'],
    [
      'a Host with an underscored twin',
      'GET /mirror HTTP/1.1\r\nHost: evil.example\r\nH_ost: id.acme.example\r\n',
      '421',
    ],
    [
      'a length and chunks',
      'POST /mirror HTTP/1.1\r\nHost: id.acme.example\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n',
      '400',
    ],
    ['a NUL in the path', 'GET /mirror?state=%00 HTTP/1.1\r\nHost: id.acme.example\r\n', '400'],
    ['a method we do not speak', 'TRACE /mirror HTTP/1.1\r\nHost: id.acme.example\r\n', '405'],
    ['a removal', 'DELETE /mirror HTTP/1.1\r\nHost: id.acme.example\r\n', '405'],
  ])('refuses %s on the raw socket', async (_, head, status) => {
    const answer = await door.raw(`${head}Connection: close\r\n\r\n`);
    expect(answer.split(' ')[1]).toBe(status);
    expect(answer).not.toContain('evil');
  });

  it('names the methods it speaks', async () => {
    const answer = await door.ask('DELETE', '/mirror');
    expect(answer.headers.allow).toBe('GET, HEAD, POST, OPTIONS');
  });

  it('says http on an http issuer, whatever a client pretends', async () => {
    const plain = await openDoor({}, (web) => {
      web.router.get('/mirror', (ctx) => {
        ctx.body = { href: ctx.href, secure: ctx.secure };
      });
    });
    const answer = await plain.ask('GET', '/mirror', { headers: { 'x-forwarded-proto': 'https' } });
    expect(JSON.parse(answer.text)).toEqual({ href: 'http://localhost:3000/mirror', secure: false });
    await plain.close();
  });

  it('shows every part of the application the address of the outermost trusted hop', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.66, 198.51.100.7' };
    const answer = await door.ask('GET', '/mirror', { headers });
    expect(JSON.parse(answer.text)).toMatchObject({
      address: '198.51.100.7',
      ip: '198.51.100.7',
      ips: ['198.51.100.7'],
    });
  });

  describe('of a client with a certificate', () => {
    const { cert, raw } = certify({ subject: [['CN', 'app']] });
    const pem = encodeURIComponent(cert);
    const bytes = `:${raw.toString('base64')}:`;

    it.each([
      ['nginx', pem],
      ['RFC 9440', bytes],
      ['Envoy', `Hash=${'0'.repeat(64)};Subject="CN=a, b";Cert="${pem}"`],
    ])('tells it as %s writes it, and keeps the header to itself', async (_, written) => {
      const headers = { 'x-client-certificate': written, 'x-verified': 'SUCCESS' };
      const seen = JSON.parse((await door.ask('GET', '/mirror', { headers })).text);
      expect(seen).toMatchObject({ certificate: 'CN=app', verified: true });
      expect(JSON.stringify(seen.headers)).not.toMatch(/cert|verified/);
    });

    it.each([
      ['a second one', { 'x-client-certificate': [pem, pem] }],
      ['a name that pretends to be one', { 'x-client-certificate': `Cert="${pem}";URI=urn:a;Cert="${pem}"` }],
      ['a second element of Envoy', { 'x-client-certificate': `Cert="${pem}",Cert="${pem}"` }],
      [
        'another header',
        { 'client-cert': bytes, 'x-ssl-client-cert': pem, 'x-forwarded-client-cert': `Cert="${pem}"` },
      ],
      ['an underscore', { x_client_certificate: pem }],
      ['no certificate in it', { 'x-client-certificate': encodeURIComponent('-----BEGIN CERTIFICATE-----\nAA==') }],
      ['no encoding', { 'x-client-certificate': '%' }],
      ['a flood', { 'x-client-certificate': pem + 'A'.repeat(20_000) }],
    ])('knows of none with %s, and passes nothing on', async (_, headers) => {
      const answer = await door.ask('GET', '/mirror', { headers });
      if (answer.status === 431) return;
      const seen = JSON.parse(answer.text);
      expect(seen).not.toHaveProperty('certificate');
      expect(JSON.stringify(seen.headers)).not.toContain('cert');
    });

    it('takes a check for done only where the proxy says so, once', async () => {
      for (const said of ['FAILED', 'NONE', '', 'success', ['SUCCESS', 'SUCCESS']]) {
        const headers = { 'x-client-certificate': pem, 'x-verified': said };
        const seen = JSON.parse((await door.ask('GET', '/mirror', { headers })).text);
        expect(seen).toMatchObject({ certificate: 'CN=app', verified: false });
      }
    });

    it('believes nobody while no proxy is trusted', async () => {
      const bare = await mirror(0);
      const headers = { 'x-client-certificate': pem, 'x-verified': 'SUCCESS' };
      const seen = JSON.parse((await bare.ask('GET', '/mirror', { headers })).text);
      expect(seen).not.toHaveProperty('certificate');
      expect(JSON.stringify(seen.headers)).not.toMatch(/cert|verified/);
      await bare.close();
    });
  });
});
