// npm test: everything that CI runs. Arguments go to jest: `npm test -- test/database`.
import { packages, format, lint, runAll, types } from './steps.mjs';

void runAll([format, lint, types, packages], process.argv.slice(2));
