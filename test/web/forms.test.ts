import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDoor, type Answer, type Door } from './door.ts';

const URLENCODED = 'application/x-www-form-urlencoded';

describe('reading a form (H4, H7)', () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor({}, (web) => {
      web.router.post('/raw', async (ctx) => {
        ctx.body = await web.rawForm(ctx);
      });
      web.router.post('/twice', async (ctx) => {
        await web.rawForm(ctx);
        ctx.body = await web.rawForm(ctx);
      });
    });
  });
  afterAll(() => door.close());

  function post(body: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> {
    return door.ask('POST', '/raw', {
      body,
      headers: { accept: 'application/json', 'content-type': URLENCODED, ...headers },
    });
  }

  it('decodes names and values', async () => {
    const answer = await post('a=1&b=x+y%26z&empty=&bare&%ED%95%9C=%EA%B8%80&url=a=b&');
    expect(JSON.parse(answer.text)).toEqual({ a: '1', b: 'x y&z', empty: '', bare: '', 한: '글', url: 'a=b' });
  });

  it('reads an empty form', async () => {
    expect(JSON.parse((await post('')).text)).toEqual({});
  });

  it('keeps a field called __proto__ a field', async () => {
    const answer = await post('__proto__=x&constructor=y');
    expect(answer.text).toBe('{"__proto__":"x","constructor":"y"}');
  });

  it.each([
    ['a repeated field', 'a=1&a=2'],
    ['a repeated field in another spelling', 'a=1&%61=2'],
    ['an array', 'email[]=a'],
    ['a nested field', 'email[$ne]='],
    ['an encoded nested field', 'email%5B%24ne%5D='],
    ['a field without a name', '=x'],
    ['a half percent sign', 'a=%'],
    ['no hex after the percent sign', 'a=%zz'],
    ['bytes that are not UTF-8', 'a=%ff%fe'],
    ['an overlong encoding', 'a=%c0%af'],
    ['a lone surrogate', 'a=%ed%a0%80'],
    ['a NUL', 'a=x%00y'],
    ['a thousand fields', Array.from({ length: 1000 }, (_, index) => `${index}=`).join('&')],
  ])('refuses %s', async (_, body) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).error).toBe('request_invalid');
  });

  it.each([
    ['JSON', '{"a":1}', { 'content-type': 'application/json' }],
    ['text', 'a=1', { 'content-type': 'text/plain' }],
    ['several parts', '--x\r\n\r\n--x--', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['an empty type', 'a=1', { 'content-type': '' }],
    ['a compressed body', gzipSync('a=1'), { 'content-encoding': 'gzip' }],
  ])('refuses %s with 415', async (_, body, headers) => {
    const answer = await post(body, headers);
    expect(answer.status).toBe(415);
    expect(JSON.parse(answer.text).error).toBe('request_invalid');
  });

  it('takes a type with parameters in any case', async () => {
    const answer = await post('a=1', { 'content-type': 'Application/X-WWW-Form-URLencoded; charset=UTF-8' });
    expect(answer.text).toBe('{"a":"1"}');
  });

  it('refuses ten thousand fields of any length with 413, before taking them apart', async () => {
    const answer = await post(Array.from({ length: 10_000 }, (_, index) => `f${index}=x`).join('&'));
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text).error).toBe('too_large');
  });

  it('takes exactly 8 kB of a protocol’s form', async () => {
    expect((await post(`a=${'x'.repeat(8190)}`)).status).toBe(200);
    expect((await post(`a=${'x'.repeat(8191)}`)).status).toBe(413);
  });

  it('answers an announced excess before it has come, and hangs up', async () => {
    const answer = await door.raw(
      `POST /raw HTTP/1.1\r\nHost: localhost:3000\r\nContent-Type: ${URLENCODED}\r\nContent-Length: 100000000\r\n\r\na=1`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/^Connection: close\r$/m);
  });

  it('stops a stream of chunks at the limit', async () => {
    const chunk = `1000\r\n${'x'.repeat(4096)}\r\n`;
    const answer = await door.raw(
      `POST /raw HTTP/1.1\r\nHost: localhost:3000\r\nContent-Type: ${URLENCODED}\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(3)}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('gives a form again to whoever asks a second time', async () => {
    const answer = await door.ask('POST', '/twice', { body: 'a=1', headers: { 'content-type': URLENCODED } });
    expect(answer.text).toBe('{"a":"1"}');
  });

  it('decodes a letter whose bytes come in two chunks', async () => {
    const [head, tail] = ['a=한', '글'].map((text) => Buffer.from(text));
    const body = Buffer.concat([head ?? Buffer.alloc(0), tail ?? Buffer.alloc(0)]);
    const cut = (part: Buffer) => `${part.length.toString(16)}\r\n${part.toString('latin1')}\r\n`;
    const answer = await door.raw(
      Buffer.from(
        `POST /raw HTTP/1.1\r\nHost: localhost:3000\r\nConnection: close\r\nContent-Type: ${URLENCODED}\r\n` +
          `Transfer-Encoding: chunked\r\n\r\n${cut(body.subarray(0, 4))}${cut(body.subarray(4))}0\r\n\r\n`,
        'latin1',
      ),
    );
    expect(answer).toContain('{"a":"한글"}');
  });

  it('takes no more than was announced: what follows is another request, and none', async () => {
    const answer = await door.raw(
      `POST /raw HTTP/1.1\r\nHost: localhost:3000\r\nContent-Type: ${URLENCODED}\r\nContent-Length: 3\r\n\r\na=1&b=2&c=3`,
    );
    expect(answer).toMatch(/HTTP\/1\.1 400 /);
    expect(answer).not.toContain('"b"');
  });

  it('refuses a length and chunks at once', async () => {
    const answer = await door.raw(
      `POST /raw HTTP/1.1\r\nHost: localhost:3000\r\nContent-Type: ${URLENCODED}\r\nContent-Length: 3\r\n` +
        `Transfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('gives up a form whose sender leaves halfway', async () => {
    const gone = door.raw(
      `POST /raw HTTP/1.1\r\nHost: localhost:3000\r\nContent-Type: ${URLENCODED}\r\nContent-Length: 100\r\n\r\na=1`,
      { leave: true },
    );
    await gone;
    const line = await door.logged(({ msg, status }) => msg === 'request refused' || status === 400);
    expect(JSON.stringify(line)).not.toContain('internal');
  });

  it('holds no more of a hundred endless bodies than their limits', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const megabyte = `100000\r\n${'x'.repeat(1 << 20)}\r\n`;
    const head = `POST /raw HTTP/1.1\r\nHost: localhost:3000\r\nContent-Type: ${URLENCODED}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const answers = await Promise.all(Array.from({ length: 100 }, () => door.raw(head + megabyte)));
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * (1 << 20));
  });
});
