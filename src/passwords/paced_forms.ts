import { turnQueue } from '../rate_limits/index.ts';
import type { Web } from '../web/index.ts';
import { hashThreads } from './hash_threads.ts';

/** Where our own forms with a password are posted to. */
const PATHS = /^\/(?:interaction|account|reset-password)(?:\/|$)/;
/** So many more than are hashed at once: next at a thread, on their way there, or on their way back, so that no thread waits for the database. */
const AHEAD = 6;
/** More than the rush of a morning; beyond it, coming again is quicker than waiting. */
const WAITING = 512;

/**
 * Lets forms with a password in one after the other, before they ask the database anything: a rush of them waits here and
 * not for the connections that tokens need, too. Beyond a bound they are answered `busy` at once. Whoever sends slowly
 * holds nobody up: a form waits for its turn only once it is read. Call it before the forms are mounted. `processes` share the cores of this machine.
 */
export function paceForms(web: Web, processes?: number): void {
  const turns = turnQueue({ atOnce: hashThreads(processes) + AHEAD, waiting: WAITING });
  web.router.use(async (ctx, next) => {
    if (ctx.method !== 'POST' || !PATHS.test(ctx.path)) return next();
    const fields = await web.form(ctx);
    const paced = 'password' in fields || 'new_password' in fields;
    return paced ? turns.run(next) : next();
  });
}
