// npm run audit:timing -- [samples] [line ...]: whether the promises that are times hold; never part of the tests.
import { launch } from './bootstrap.mjs';

void launch('test/audit/timing/main.ts', process.argv.slice(2), { name: 'the audit' });
