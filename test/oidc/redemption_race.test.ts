import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase } from '../support/database.ts';
import {
  agent,
  openWorld,
  parameter,
  redeem,
  refresh,
  SECRET,
  signIn,
  VERIFIER,
  type Answer,
  type World,
} from './support.ts';

describe('redemptions in parallel, from two processes (D5, D7)', () => {
  const encryptionKey = randomBytes(32);
  let base: Awaited<ReturnType<typeof testDatabase>>;
  let world: World;
  const processes: { child: ChildProcess; port: number }[] = [];

  beforeAll(async () => {
    base = await testDatabase();
    world = await openWorld({ database: base.database, encryptionKey });
    const script = fileURLToPath(new URL('./engine_process.ts', import.meta.url));
    const parameters = [script, world.issuer, base.url, encryptionKey.toString('base64url')];
    for (let count = 0; count < 2; count += 1) {
      const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      processes.push({ child, port: Number(line.toString()) });
    }
  }, 60_000);
  afterAll(async () => {
    for (const { child } of processes) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await world.close();
    await base.drop();
  });

  /** 32 times the same request, half of them to each process. */
  async function inParallel(fields: Record<string, string>): Promise<Answer[]> {
    return Promise.all(
      Array.from({ length: 32 }, (_, index) =>
        agent(world.issuer, processes[index % 2]?.port).post('/oidc/token', fields),
      ),
    );
  }

  /** Refresh tokens that could still be redeemed. */
  async function liveLines(): Promise<number> {
    const rows = await base.database
      .knex('refresh_tokens')
      .join('grants', 'grants.id', 'refresh_tokens.grant_id')
      .whereNull('consumed_at');
    return rows.length;
  }

  const client = { client_id: 'wiki', client_secret: SECRET };

  it.each([1, 2, 3])('let exactly one of 32 have the tokens of a code (round %i)', async () => {
    const code = parameter(await signIn(agent(world.issuer)), 'code');
    await base.database.knex('refresh_tokens').delete();
    const redirect_uri = 'https://wiki.acme.example/cb';
    const answers = await inParallel({
      grant_type: 'authorization_code',
      code,
      code_verifier: VERIFIER,
      redirect_uri,
      ...client,
    });
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { json } of answers.filter(({ status }) => status !== 200)) expect(json['error']).toBe('invalid_grant');
    expect(await liveLines()).toBeLessThanOrEqual(1);
    // And once more, later: whoever replays ends the family.
    expect((await redeem(world.issuer, code)).json['error']).toBe('invalid_grant');
  });

  it.each([1, 2, 3])('let exactly one of 32 use a refresh token (round %i)', async () => {
    const code = parameter(await signIn(agent(world.issuer)), 'code');
    await base.database.knex('refresh_tokens').delete();
    const { json } = await redeem(world.issuer, code);
    const answers = await inParallel({
      grant_type: 'refresh_token',
      refresh_token: String(json['refresh_token']),
      ...client,
    });
    const [winner, ...others] = answers.filter(({ status }) => status === 200);
    expect(winner).toBeDefined();
    expect(others).toEqual([]);
    expect(await liveLines()).toBeLessThanOrEqual(1);
    // The old token a second time: the family ends, the newest member with it.
    expect((await refresh(world.issuer, String(json['refresh_token']))).json['error']).toBe('invalid_grant');
    expect((await refresh(world.issuer, String(winner?.json['refresh_token']))).json['error']).toBe('invalid_grant');
    expect(await liveLines()).toBe(0);
  });
});
