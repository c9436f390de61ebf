// npm run walk: drives the newcomer's path and every screen in Chromium and writes numbered screenshots.
import { launch } from './bootstrap.mjs';

void launch('test/walk/walk.ts', process.argv.slice(2), { name: 'the walk' });
