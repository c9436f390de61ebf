// Loaded into a server: says on SIGUSR2 which statements it has run since the last time, how often each, and with what text.
import { createRequire } from 'node:module';

const { Client } = createRequire(import.meta.url)('pg');
const { query } = Client.prototype;
let counts = new Map();

Client.prototype.query = function counted(statement, ...rest) {
  const text = statement?.text ?? statement;
  const seen = counts.get(text);
  if (seen) seen.times += 1;
  else counts.set(text, { name: statement?.name ?? '', text, times: 1 });
  return query.call(this, statement, ...rest);
};

process.on('SIGUSR2', () => {
  process.stdout.write(`statements ${JSON.stringify([...counts.values()])}\n`);
  counts = new Map();
});
