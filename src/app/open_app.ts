import type { RequestListener } from 'node:http';
import { openAdministration } from '../accounts/index.ts';
import { describeError } from '../kit/errors.ts';
import type { Settings } from '../config/index.ts';
import { applySettings } from './apply_settings.ts';
import { openBase, type AppDeps } from './base.ts';
import type { RecordEvent } from '../events/index.ts';
import type { Web } from '../web/index.ts';
import { openSweeper, sweepsOf } from './sweeping.ts';
import { openVisits } from './visits.ts';

export type { AppDeps };

/** Everything that serves, put together. */
export interface App {
  web: Web;
  /** Answers everything. */
  listener: RequestListener;
  /** Keeps an event of the process itself. */
  record: RecordEvent;
  /** Serves by other settings from now on, all of them at once. Rejects, and nothing has changed, when a room refuses them. One at a time. */
  apply(settings: Settings): Promise<void>;
  /** Lets mails and notices in flight go out. The database stays open: whoever opened it closes it. */
  close(): Promise<void>;
}

/** Opens every room. Rejects when one of them cannot work with its settings. */
export async function openApp({ settings: first, ...given }: AppDeps): Promise<App> {
  let settings = first;
  const deps = { ...given, settings: () => settings };
  const base = await openBase(deps);
  const { events, keys, mail, passwords, upstreams, outbound, strangers, web } = base;
  const oidc = openVisits(deps, base);
  const administration = openAdministration({
    database: deps.database,
    record: events.record,
    setPassword: passwords.set,
    endEverythingOf: oidc.endEverythingOf,
  });
  const sweeps = sweepsOf({ ...base, oidc, administration });
  const sweeper = openSweeper({ ...deps, sweeps, metrics: web.metrics.registry });
  mail.start();
  oidc.start();
  upstreams.start();
  sweeper.start();
  keys.start({
    changed: () => oidc.rebuild({ keys }),
    failed: (cause) => deps.logger.error({ error: describeError(cause) }, 'keys have changed and cannot be taken'),
  });
  return {
    web,
    record: events.record,
    listener: web.listener(oidc.document),
    apply: (next) => applySettings(deps, base, oidc, { next, hold: (held) => void (settings = held) }),
    async close() {
      await sweeper.stop();
      await keys.stop();
      await oidc.stop();
      await mail.stop();
      await passwords.close();
      await upstreams.close();
      await outbound.close();
      await strangers.close();
    },
  };
}
