// One of several processes, that does as the file says which its argument names: serves, or ends.
import { appendFileSync, readFileSync } from 'node:fs';

const [, , file] = process.argv;
appendFileSync(`${file}.starts`, '.');
if (readFileSync(file, 'utf8') === 'end') process.exit(3);
process.on('message', ({ say }) => {
  if (say === 'stop') process.disconnect();
});
process.send({ say: 'serving' });
