// npm run conformance -- [plan ...]: plays the OpenID conformance suite's plans against Gatehouse; never part of the tests.
import { launch } from './bootstrap.mjs';

void launch('test/conformance/main.ts', process.argv.slice(2), { name: 'the conformance harness' });
