// npm test: everything that CI runs. Arguments go to jest: `npm test -- test/database`.
import { chromium, format, lint, runAll, types } from './steps.mjs';

void runAll([format, lint, types, chromium], process.argv.slice(2));
