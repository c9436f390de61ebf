import { Agent, request } from 'node:http';
import type { RequestListener, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { listen } from '../../src/web/index.ts';

const quick: RequestListener = (_, response) => response.end('done');

/** Answers when told. */
function slow(): { app: RequestListener; began: Promise<ServerResponse> } {
  const began = Promise.withResolvers<ServerResponse>();
  return { app: (_, response) => began.resolve(response), began: began.promise };
}

function readAll(url: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
    socket.write(text);
  });
}

function statusOver(agent: Agent, url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('listening', () => {
  it('says where', async () => {
    const listening = await listen({ app: quick, port: 0, host: '127.0.0.1' });
    expect(listening.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(listening.url)).text()).toBe('done');
    await listening.close();
  });

  it('fails on a port that is taken', async () => {
    const first = await listen({ app: quick, port: 0, host: '127.0.0.1' });
    const port = Number(new URL(first.url).port);
    await expect(listen({ app: quick, port, host: '127.0.0.1' })).rejects.toThrow('EADDRINUSE');
    await first.close();
  });

  it('hangs up on who never finishes the headers (H8)', async () => {
    const listening = await listen({
      app: quick,
      port: 0,
      host: '127.0.0.1',
      patience: { headers: 100, request: 100 },
    });
    const answer = await readAll(listening.url, 'GET / HTTP/1.1\r\nHost: x\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    await listening.close();
  });

  it('hangs up on who never finishes the body (H8)', async () => {
    const app: RequestListener = (asked) => void asked.resume();
    const listening = await listen({ app, port: 0, host: '127.0.0.1', patience: { headers: 100, request: 100 } });
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx';
    expect(await readAll(listening.url, head)).toMatch(/^HTTP\/1\.1 408 /);
    await listening.close();
  });

  it('lets a request under way finish, then closes its connection', async () => {
    const { app, began } = slow();
    const listening = await listen({ app, port: 0, host: '127.0.0.1' });
    const agent = new Agent({ keepAlive: true });
    const status = statusOver(agent, listening.url);
    const response = await began;
    const closed = listening.close();
    response.end('done');
    expect(await status).toBe(200);
    await closed;
    await expect(statusOver(new Agent(), listening.url)).rejects.toThrow('ECONNREFUSED');
    agent.destroy();
  });

  it('goes on serving while it leaves, and ends each connection with its answer', async () => {
    const listening = await listen({ app: quick, port: 0, host: '127.0.0.1' });
    const agent = new Agent({ keepAlive: true });
    expect(await statusOver(agent, listening.url)).toBe(200);
    expect(Object.values(agent.freeSockets).flat()).toHaveLength(1);
    listening.leave();
    expect(await statusOver(agent, listening.url)).toBe(200);
    expect(Object.values(agent.freeSockets).flat()).toHaveLength(0);
    expect((await fetch(listening.url)).headers.get('connection')).toBe('close');
    await listening.close();
    agent.destroy();
  });

  it('does not wait for idle connections', async () => {
    const listening = await listen({ app: quick, port: 0, host: '127.0.0.1' });
    const agent = new Agent({ keepAlive: true });
    expect(await statusOver(agent, listening.url)).toBe(200);
    await listening.close();
    await expect(statusOver(new Agent(), listening.url)).rejects.toThrow('ECONNREFUSED');
    agent.destroy();
  });

  it('closes once, however often it is told', async () => {
    const listening = await listen({ app: quick, port: 0, host: '127.0.0.1' });
    await expect(Promise.all([listening.close(), listening.close()])).resolves.toHaveLength(2);
  });

  it('ends what has not finished in time', async () => {
    const { app, began } = slow();
    const listening = await listen({ app, port: 0, host: '127.0.0.1', patience: { close: 50 } });
    const status = statusOver(new Agent(), listening.url).catch((error: unknown) => error);
    await began;
    await listening.close();
    expect(await status).toMatchObject({ code: 'ECONNRESET' });
  });
});
