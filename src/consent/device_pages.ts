import { epochSeconds } from '../kit/clock.ts';
import type { TextKey } from '../locales/index.ts';
import type { DevicePages, DeviceRefusal } from '../oidc/index.ts';
import { problem, refusedForNow, type Shown, type Web } from '../web/index.ts';

const PROBLEMS: Record<DeviceRefusal, TextKey> = {
  missing: 'device.problems.missing',
  wrong: 'device.problems.wrong',
  stale: 'device.problems.stale',
};

/**
 * The pages on which a person connects a device that shows a code (RFC 8628 3.3). A link of the device fills the code in and
 * decides nothing: its app and code are shown first, against whoever sends such links around (RFC 8628 5.4).
 */
export function devicePages({ web }: { web: Web }): DevicePages {
  return {
    async enter(ctx, { action, xsrf, code, refusal }) {
      const t = web.t(ctx);
      const shown: Shown =
        typeof refusal === 'object'
          ? refusedForNow(ctx, t, refusal.retryAfter)
          : refusal
            ? { status: 422, problems: [problem(t, PROBLEMS[refusal], 'user_code')] }
            : {};
      await web.page(ctx, {
        view: 'consent/device',
        screen: 'device',
        title: t('device.title'),
        status: shown.status,
        locals: { action, xsrf, code, problems: shown.problems ?? [] },
      });
    },
    async confirm(ctx, { app, appUri, logo, askedAt, ...page }) {
      const minutes = Math.max(1, Math.floor((epochSeconds() - askedAt.getTime() / 1000) / 60));
      await web.page(ctx, {
        view: 'consent/device_confirm',
        screen: 'device',
        title: web.t(ctx)('device.confirm.title', { app }),
        locals: {
          ...page,
          app,
          host: appUri === undefined ? undefined : URL.parse(appUri)?.host,
          clientLogo: web.ownPicture(logo),
          ago: new Intl.RelativeTimeFormat(web.locale(ctx)).format(-minutes, 'minute'),
        },
      });
    },
    async done(ctx, how) {
      await web.page(ctx, {
        view: 'consent/device_done',
        screen: 'device',
        title: web.t(ctx)(how === 'connected' ? 'device.connected.title' : 'device.stopped.title'),
        locals: { how },
      });
    },
  };
}
