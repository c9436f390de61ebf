// npm run mutate -- [seed]: how much of what is done wrong to a right config file the check finds, and what it misses.
import { launch } from './bootstrap.mjs';

void launch('test/config/mutate.ts', process.argv.slice(2), { name: 'the mutation run' });
