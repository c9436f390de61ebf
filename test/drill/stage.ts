import { startRelyingParty, type RelyingParty } from '../client/start.ts';
import { queryAt } from '../support/database.ts';
import { freePortPair, startGatehouse, type Gatehouse } from '../support/gatehouse.ts';
import { CLIENT_SECRET, clientOf } from '../support/world.ts';
import { startKillablePostgres, type KillablePostgres } from './killable_postgres.ts';

/** A Gatehouse with one app, over a PostgreSQL that can be killed. */
export interface Stage {
  postgres: KillablePostgres;
  gatehouse: Gatehouse;
  app: RelyingParty;
  /** Asks the server itself, past the line that Gatehouse uses. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Resolves once Gatehouse says that it is ready again. */
  recovered(): Promise<void>;
  stop(): Promise<void>;
}

/** Sets the stage. */
export async function setStage(): Promise<Stage> {
  const postgres = await startKillablePostgres();
  const port = await freePortPair();
  const app = await startRelyingParty({
    issuer: `http://localhost:${port}`,
    clientId: 'app',
    clientSecret: CLIENT_SECRET,
  });
  const settings = { clients: [clientOf(app.url)], limits: { enabled: false } };
  const gatehouse = await startGatehouse({ databaseUrl: postgres.url, port, settings });
  return {
    postgres,
    gatehouse,
    app,
    query: (sql) => queryAt(postgres.directUrl(), sql),
    async recovered() {
      const deadline = Date.now() + 30_000;
      while (Date.now() < deadline) {
        const answer = await fetch(`${gatehouse.issuer}/health/ready`).catch(() => undefined);
        if (answer?.ok) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`Gatehouse did not recover:\n${gatehouse.output().slice(-2000)}`);
    },
    async stop() {
      await gatehouse.stop();
      await app.stop();
      await postgres.stop();
    },
  };
}
