// Loaded into a server: says on SIGUSR2 which statements it has run since the last time, how often each, and with what text.
import { createRequire } from 'node:module';

const { Query } = createRequire(import.meta.url)('pg');
const { submit } = Query.prototype;
let counts = new Map();

// Those of a transaction that is sent as one come by here one by one.
Query.prototype.submit = function counted(connection) {
  const { text, name = '' } = this;
  const seen = counts.get(text);
  if (seen) seen.times += 1;
  else counts.set(text, { name, text, times: 1 });
  return submit.call(this, connection);
};

process.on('SIGUSR2', () => {
  process.stdout.write(`statements ${JSON.stringify([...counts.values()])}\n`);
  counts = new Map();
});
