// npm run drill -- <name>: kills parts of a running Gatehouse on purpose.
import { launch } from './bootstrap.mjs';

void launch('test/drill/main.ts', process.argv.slice(2), { name: 'the drill' });
