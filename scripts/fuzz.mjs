// npm run fuzz -- [--minutes n] [--seed n]: drives every route with requests made from a grammar; never part of the tests.
import { launch } from './bootstrap.mjs';

void launch('test/fuzz/main.ts', process.argv.slice(2), { name: 'the fuzzer' });
