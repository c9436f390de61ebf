import { once } from 'node:events';
import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Koa, { type Context } from 'koa';
import { letGoAtEnd } from '../../src/oidc/let_go.ts';
import { listen, type Listening } from '../../src/web/listen.ts';
import { until } from '../support/until.ts';

describe('a request of the protocol', () => {
  let server: Listening;
  let contexts: { ctx: Context; oidc: { entities?: object } }[];
  let goOn: Promise<void> | undefined;
  beforeAll(async () => {
    const app = new Koa();
    app.use(async (ctx) => {
      const oidc = { entities: {} };
      Object.defineProperty(ctx, 'oidc', { get: () => oidc });
      contexts.push({ ctx, oidc });
      letGoAtEnd(ctx);
      await goOn;
      ctx.body = 'answered';
    });
    server = await listen({ app, port: 0, host: '127.0.0.1' });
  });
  afterAll(() => server.close());

  it('holds nothing once its answer is out', async () => {
    contexts = [];
    expect(await (await fetch(server.url)).text()).toBe('answered');
    const [{ ctx, oidc }] = contexts as [(typeof contexts)[number]]; // there was one request
    await until(() => ctx.req === undefined);
    expect([ctx.res, ctx.request, ctx.response, ctx.state, oidc.entities]).toEqual(Array(5).fill(undefined));
  });

  it('keeps what it has where the connection broke off: somebody is still at work', async () => {
    contexts = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    goOn = promise;
    const request = get(server.url).on('error', () => {});
    await until(() => contexts.length === 1);
    const [{ ctx, oidc }] = contexts as [(typeof contexts)[number]]; // there was one request
    const closed = once(ctx.res, 'close');
    request.destroy();
    await closed;
    resolve();
    await new Promise(setImmediate);
    expect([ctx.body, ctx.res.writableFinished, oidc.entities]).toEqual(['answered', false, {}]);
  });
});
