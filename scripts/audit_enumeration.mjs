// npm run audit:enumeration -- [samples] [runs]: whether anything tells that an address has an account; never part of the tests.
import { launch } from './bootstrap.mjs';

void launch('test/audit/main.ts', process.argv.slice(2), { name: 'the audit' });
