import type { LogoutPages } from '../oidc/index.ts';
import type { Web } from '../web/index.ts';

/** The two pages of RP-Initiated Logout 1.0. The way back to the app is a link to its registered home, never to what a request says. */
export function signOutPages({ web }: { web: Web }): LogoutPages {
  return {
    async question(ctx, { action, xsrf, app, formTargets }) {
      await web.page(ctx, {
        view: 'sign_out/logout',
        screen: 'logout',
        title: web.t(ctx)('sign_out.logout.title', { brand: web.brand.name }),
        formTargets,
        locals: { action, xsrf, app },
      });
    },
    async signedOut(ctx, { app, appUri }) {
      await web.page(ctx, {
        view: 'sign_out/signed_out',
        screen: 'signed-out',
        title: web.t(ctx)('sign_out.signed_out.title'),
        locals: { app, appUri },
      });
    },
  };
}
