// One more process of an issuer, for tests of what happens between processes: prints its port and serves until it is killed.
import { openDatabase } from '../../src/database/index.ts';
import { openWorld } from './support.ts';

const [issuer = '', databaseUrl = '', encryptionKey = ''] = process.argv.slice(2);
const world = await openWorld({
  issuer,
  database: openDatabase({ url: databaseUrl }, { poolSize: 8 }),
  encryptionKey: Buffer.from(encryptionKey, 'base64url'),
});
process.stdout.write(`${world.port}\n`);
