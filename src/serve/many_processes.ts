import { loadConfig } from '../config/index.ts';
import { sentenceOf } from '../kit/errors.ts';
import { supervise } from '../processes/index.ts';
import { announce } from './announce.ts';
import type { Place } from './place.ts';
import { secretsOf } from './secrets.ts';
import type { Start } from './start.ts';

/** How it ended: told to, or because of what else. */
export type Ended = 'asked' | 'database' | 'processes';

/**
 * Serves with several processes: this one starts them, hands on what it is told, and does nothing else. SIGHUP has them read the
 * configuration again, SIGUSR2 puts new ones in their place. Resolves when all of them have ended.
 */
export async function serveWith(count: number, start: Start, place: Place): Promise<Ended | 'never'> {
  const { config, env, cwd, logger, orders } = start;
  // Before several would each make their own.
  secretsOf(config.settings, place.dataFolder);
  const processes = supervise({
    count,
    env,
    async mayStart() {
      // What a process that serves would not take while it runs, none of its siblings may begin with.
      const loaded = await loadConfig(env, cwd, config.settings);
      if (!loaded.ok) logger.error('the configuration does not let another process start: ./gatehouse config check');
      return loaded.ok;
    },
    logger,
  });
  start.started.push(() => processes.stop());
  start.atOnce.push(processes.kill);
  const anew = () =>
    void processes.replaceAll().catch((error: unknown) => logger.error({ error: sentenceOf(error) }, 'not replaced'));
  orders.onReread(processes.reread);
  process.on('SIGUSR2', anew);
  start.started.push(async () => void process.off('SIGUSR2', anew));
  const asked = orders.stop.then(() => 'asked' as const);
  const served = await Promise.race([processes.start(), asked]);
  if (served === 'asked') return served;
  // It has said why.
  if (!served) return 'never';
  announce(start, { dataFolder: place.dataFolder, count });
  return Promise.race([
    asked,
    place.lost.then(() => 'database' as const),
    processes.lost.then(() => 'processes' as const),
  ]);
}
