import type { Router } from '@koa/router';
import type Koa from 'koa';
import views from 'koa-views';
import type { ErrorCode } from '../kit/errors.ts';
import type { Csrf } from './csrf.ts';
import { contentSecurityPolicy } from './content_security_policy.ts';
import type { Language } from './language.ts';
import { nearestPage } from './nearest_page.ts';
import { ownContext } from './request_state.ts';
import type { BrandSettings } from './settings.ts';
import type { AssetUrls } from './static_files.ts';
import { pugEngine } from './templates.ts';

/** One page, as a room asks for it. */
export interface Page {
  /** Path of the template below views/, like `sign_in/login`. */
  view: string;
  /** `data-page` of its main element. */
  screen: string;
  title: string;
  status?: number;
  /** Validated origins or schemes where its forms can end, beyond our own. */
  formTargets?: string[];
  wide?: boolean;
  /** `data-error` of its main element: an error page, or a page that also reports one. */
  error?: ErrorCode;
  /** Shown below the content of a page that also reports an error. */
  reference?: string;
  /** What the template sees under `page`. */
  locals: object;
}

/** How pages become answers. */
export interface Renderer {
  /** Gives each request its `ctx.render`. */
  middleware: Koa.Middleware;
  /** Renders a page and makes it the answer: status, type, policy, no-store. Touches nothing when the template fails. */
  page: (ctx: Koa.Context, page: Page) => Promise<void>;
}

interface Dependencies {
  viewsDir: string;
  development: boolean;
  /** As they are at each page. */
  brand: () => BrandSettings;
  assets: () => AssetUrls;
  csrf: Csrf;
  language: Language;
  router: Router;
}

/** koa-views with our own cached Pug engine. As a middleware only: in its other form it shares one context among requests. */
export function createRenderer(deps: Dependencies): Renderer {
  const everywhere = () => {
    const { logo, logoDark, ...assets } = deps.assets();
    const { name, support, privacy, terms } = deps.brand();
    return { assets, brand: { name, logo, logo_dark: logoDark, support, privacy, terms } };
  };

  const localsOf = (ctx: Koa.Context, page: Page): object => ({
    ...everywhere(),
    page: page.locals,
    title: page.title,
    screen: page.screen,
    wide: page.wide ?? false,
    error: page.error,
    reference: page.reference,
    t: deps.language.t(ctx),
    locale: deps.language.locale(ctx),
    locales: deps.language.choices(ctx, nearestPage(ctx, deps.router)),
    csrf: deps.csrf.token(ctx),
  });

  return {
    middleware: views(deps.viewsDir, { extension: 'pug', autoRender: false, engineSource: pugEngine(deps) }),
    async page(ctx, page) {
      const policy = contentSecurityPolicy(page);
      // By its full name: koa-views looks for a file without an ending first.
      const file = `${page.view}.pug`;
      // Without autoRender the promise carries the HTML; the library's types do not say so.
      const html = (await ownContext(ctx).render(file, { locals: localsOf(ctx, page) })) as unknown as string;
      ctx.status = page.status ?? 200;
      ctx.type = 'text/html; charset=utf-8';
      ctx.set({
        'Content-Security-Policy': policy,
        'Content-Language': deps.language.locale(ctx),
        'Cache-Control': 'no-store',
      });
      ctx.body = html;
    },
  };
}
