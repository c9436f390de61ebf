// npm run bench -- <name>: measures; never part of the tests.
import { launch } from './bootstrap.mjs';

void launch('test/bench/main.ts', process.argv.slice(2), { name: 'the bench' });
