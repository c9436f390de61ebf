/** A process of its own around the embedded server, to be killed: `node embedded_app.ts <folder>` prints one line of JSON when ready. */
import { startEmbedded } from '../../src/database/index.ts';

try {
  const server = await startEmbedded({ dataDir: process.argv[2] ?? '' });
  process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)));
  setInterval(() => {}, 60_000);
  process.stdout.write(`${JSON.stringify({ dataDir: server.dataDir, url: server.url })}\n`);
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
