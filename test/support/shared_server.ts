// Serves one Gatehouse after the other, for the test files of one worker: what loads and warms up in a process does so once.
// It says where it listens in the file that its argument names, and ends with whoever holds its standard input.
import { renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { flushCompileCache } from 'node:module';
import { json } from 'node:stream/consumers';
import pug from 'pug';
import { serve } from '../../src/serve/index.ts';
import { setClock } from './server_process.ts';

const [, , place = ''] = process.argv;
compileViewsOnce();
let turn: Promise<unknown> | undefined;

const server = createServer((request, response) => void answer(request, response));
// Whoever takes its place after a kill, and every command, compiles it no more.
flushCompileCache();
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as { port: number }; // of a server of TCP
  writeFileSync(`${place}.new`, JSON.stringify({ pid: process.pid, port }));
  renameSync(`${place}.new`, place);
});
process.stdin.resume().once('end', () => process.exit());
// They end the turn, not the process; each turn leaves a listener for the signal that did not come.
process.setMaxListeners(0);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});

/** `/serve` begins a turn with an environment, unless there is one; `/ended` answers at its end. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/ended') await turn;
  else if (turn) response.statusCode = 409;
  else {
    const env = (await json(request)) as NodeJS.ProcessEnv; // from server_process.ts
    setClock(process.env['GATEHOUSE_TEST_CLOCK'] ?? '', 0);
    turn = serve({ env, cwd: process.cwd(), stdout: process.stdout }).finally(() => (turn = undefined));
  }
  response.end();
}

/** Each turn asks anew for the views that the one before has compiled; no test changes one. */
function compileViewsOnce(): void {
  const { compileFile } = pug;
  const compiled = new Map<string, pug.compileTemplate>();
  pug.compileFile = (file, options) => {
    const key = JSON.stringify([file, options]);
    const template = compiled.get(key) ?? compileFile(file, options);
    compiled.set(key, template);
    return template;
  };
}
