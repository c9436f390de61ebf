// npm run check: format, lint, types, architecture and the quick tests; what needs a browser or a whole server is left out.
import { format, lint, runAll, types } from './steps.mjs';

const SLOW = '/test/(flows|browser|launchers|attacks)/';

void runAll([format, lint, types], [`--testPathIgnorePatterns=${SLOW}`].concat(process.argv.slice(2)));
