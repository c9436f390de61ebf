#!/usr/bin/env node
// The command line: `gatehouse <command>`. Packages that are there already are taken as they are.
import { launch } from '../scripts/bootstrap.mjs';

void launch('src/main.ts', process.argv.slice(2), { name: 'Gatehouse', command: true, trustInstalled: true });
