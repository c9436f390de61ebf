import type { Settings } from '../config/index.ts';
import { createMailViews } from '../web/index.ts';
import { outboundSettings, strangersOutboundSettings } from './adapters.ts';
import type { Base, RoomDeps } from './base.ts';
import { scheduleOf } from './key_parts.ts';
import type { Visits } from './visits.ts';

/**
 * Takes other settings while everything serves: prepares every room, then commits them all in one turn of the event loop, so
 * that no request sees half. Rejects when a room refuses, and nothing has changed then: a commit cannot fail. Rooms that only
 * look settings up ask for them at each use; `hold` is what they ask.
 */
export async function applySettings(
  { simulator }: Pick<RoomDeps, 'simulator'>,
  { keys, outbound, strangers, mail, passwords, places, upstreams, web }: Base,
  visits: Visits,
  { next, hold }: { next: Settings; hold: (settings: Settings) => void },
): Promise<void> {
  const { issuer, mode, brand } = next;
  const render = createMailViews({ issuer, brand, development: mode === 'development' });
  const slow = await Promise.all([
    keys.prepare(scheduleOf(next)),
    places.prepare(next.places.database),
    upstreams.prepare(next.upstreams),
  ]);
  // From here to the end nothing is waited for.
  const commits = [
    ...slow,
    outbound.prepare(outboundSettings(next, simulator)),
    strangers.prepare(strangersOutboundSettings(next)),
    mail.prepare({ settings: next.mail, support: brand.support, render }),
    passwords.prepare(next.passwords),
    web.prepare(next),
    ...visits.prepare(next),
    () => hold(next),
  ];
  for (const commit of commits) commit();
}
