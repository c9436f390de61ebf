// npm run check: format, lint, types, architecture and the quick tests; what needs a browser or a whole server is left out.
import { existsSync } from 'fs';
import { join } from 'path';
import { root } from './root.mjs';
import { format, lint, runAll, types } from './steps.mjs';

const folders = ['attacks', 'browser', 'flows', 'launchers'].filter((name) => existsSync(join(root, 'test', name)));
const slow = folders.map((name) => `${name}/`).concat('cli/embedded', 'database/embedded');

void runAll(
  [format, lint, types],
  [`--testPathIgnorePatterns=/test/(${slow.join('|')})`].concat(process.argv.slice(2)),
);
