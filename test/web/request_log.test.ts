import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { form, openDoor, type Door } from './door.ts';

describe('the request log', () => {
  let door: Door;
  beforeAll(async () => {
    door = await openDoor({}, (web) => {
      web.router.get('/interaction/:uid', (ctx) => {
        ctx.body = 'here';
      });
      web.router.post('/interaction/:uid', async (ctx) => {
        ctx.body = await web.form(ctx);
      });
    });
  });
  afterAll(() => door.close());

  it('has one line per request: method, route, status, time and the id of the answer', async () => {
    const answer = await door.ask('GET', '/interaction/abc?code=hunter2');
    const id = answer.headers['x-request-id'];
    const line = await door.logged((entry) => entry['id'] === id && entry['msg'] === 'request');
    expect(line).toEqual({
      level: 30,
      time: expect.any(Number),
      msg: 'request',
      id,
      method: 'GET',
      route: '/interaction/:uid',
      status: 200,
      ms: expect.any(Number),
    });
  });

  it('never holds a query, a cookie, a header or a body, whatever the end of the request', async () => {
    const secrets = {
      cookie: 'gatehouse_browser=hunter2',
      authorization: 'Bearer hunter2',
      referer: 'https://wiki.example/?hunter2',
      'user-agent': 'hunter2',
      'x-request-id': 'hunter2',
    };
    const posted = form({ password: 'hunter2', _csrf: 'hunter2' });
    const answers = [
      await door.ask('GET', '/interaction/abc?token=hunter2', { headers: secrets }),
      await door.ask('GET', '/nowhere?token=hunter2', { headers: secrets }),
      await door.ask('GET', '/interaction/abc?token=hunter2', { headers: { ...secrets, host: 'other.example' } }),
      await door.ask('POST', '/interaction/abc?token=hunter2', {
        ...posted,
        headers: { ...posted.headers, ...secrets },
      }),
    ];
    for (const { headers } of answers) {
      await door.logged((line) => line['id'] === headers['x-request-id'] && line['msg'] === 'request');
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 421, 400]);
    expect(JSON.stringify(door.lines)).not.toContain('hunter2');
  });

  it('makes its own ids', async () => {
    const answer = await door.ask('GET', '/interaction/abc', { headers: { 'x-request-id': 'forged' } });
    expect(answer.headers['x-request-id']).not.toBe('forged');
  });

  it('holds no path, whose segments may be a cookie of the browser', async () => {
    const answers = [await door.ask('GET', '/interaction/hunter2'), await door.ask('GET', '/hunter2')];
    for (const { headers } of answers) await door.logged((entry) => entry['id'] === headers['x-request-id']);
    expect(JSON.stringify(door.lines)).not.toContain('hunter2');
  });

  it('keeps the questions of a balancer out of the way', async () => {
    const answer = await door.ask('GET', '/health/live');
    const line = await door.logged((entry) => entry['id'] === answer.headers['x-request-id']);
    expect(line['level']).toBe(20);
  });
});
