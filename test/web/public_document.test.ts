import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentsFirst, publicDocument, type PublicDocument } from '../../src/web/public_document.ts';

describe('public documents', () => {
  const documents = new Map<string, PublicDocument>();
  const seen: string[] = [];
  let server: Server;
  let port: number;
  beforeAll(async () => {
    server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as { port: number }).port; // it listens on TCP
    const metrics = { observe: ({ route }: { route: string }) => void seen.push(route) };
    const deps = { issuer: `http://localhost:${port}`, headers: { 'X-Frame-Options': 'DENY' }, metrics };
    const next = documentsFirst(
      deps,
      (path) => documents.get(path),
      (_, response) => void response.end('the others'),
    );
    server.on('request', next);
  });
  afterAll(() => void server.close());

  /** As it stands on the line, so that the Host can be any. */
  const ask = async (line: string, ...headers: string[]): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    socket.end([`${line} HTTP/1.1`, 'Connection: close', ...headers, '', ''].join('\r\n'));
    let answer = '';
    socket.on('data', (piece: Buffer) => void (answer += piece.toString()));
    await once(socket, 'close');
    return answer;
  };
  const host = () => `Host: localhost:${port}`;

  it('are told before anything else looks, with the headers of every answer, and counted', async () => {
    documents.set('/keys', publicDocument({ keys: [] }, { type: 'application/jwk-set+json', seconds: 600 }));
    const answer = await ask('GET /keys', host());
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer).toContain('X-Frame-Options: DENY');
    expect(answer).toContain('Cache-Control: public, max-age=600');
    expect(answer.endsWith('{"keys":[]}')).toBe(true);
    expect(seen).toEqual(['/keys']);
  });

  it('are not sent again to whoever has them, and are as soon as they change', async () => {
    const first = publicDocument({ keys: [] }, { type: 'application/json', seconds: 600 });
    documents.set('/keys', first);
    const known = `If-None-Match: ${first.headers.ETag}`;
    const again = await ask('GET /keys', host(), known);
    expect(again).toMatch(/^HTTP\/1.1 304 /);
    expect(again).not.toContain('keys');
    documents.set('/keys', publicDocument({ keys: ['new'] }, { type: 'application/json', seconds: 600 }));
    expect(await ask('GET /keys', host(), known)).toMatch(/^HTTP\/1.1 200 /);
  });

  it.each(['POST /keys', 'HEAD /keys', 'GET /keys?x', 'GET /KEYS', 'GET /other'])(
    'leave %s to the others',
    async (line) => {
      expect(await ask(line, host())).not.toContain('"keys"');
    },
  );

  it('leave a request for another host to those who refuse it', async () => {
    expect(await ask('GET /keys', 'Host: evil.example')).toContain('the others');
  });
});
