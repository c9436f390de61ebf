// npm start: installs what is missing, then serves.
import { launch } from './bootstrap.mjs';

void launch('src/main.ts', ['start'].concat(process.argv.slice(2)), { name: 'Gatehouse' });
