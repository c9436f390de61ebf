/** A process of its own that migrates: `node migrating_app.ts <url>` prints, as JSON, the names of the migrations that it applied. */
import { migrate, openDatabase } from '../../src/database/index.ts';

const database = openDatabase({ url: process.argv[2] ?? '' });
process.stdout.write(JSON.stringify(await migrate(database)));
await database.close();
