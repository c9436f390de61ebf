import type Koa from 'koa';
import { epochSeconds } from '../kit/clock.ts';
import { locales, negotiateLocale, translator, type Tag, type Translate } from '../locales/index.ts';
import type { Cookies } from './cookies.ts';
import { redirect } from './redirect.ts';
import { ownContext, stateOf } from './request_state.ts';

const YEAR = 365 * 86_400;
/** As long as a visit lives: within it, what the person just chose counts more than what the client asked for. */
const FRESH = 3600;

// The parameters of these paths belong to protocols; there `lang` counts only when one of our own pages links to it.
const PROTOCOL = /^\/(?:oidc|upstream|\.well-known)\//;

/** One entry of the switcher. */
interface LanguageChoice {
  tag: Tag;
  name: string;
  href: string;
  current: boolean;
}

/** The language of each request. */
export interface Language {
  locale: (ctx: Koa.Context) => Tag;
  t: (ctx: Koa.Context) => Translate;
  /** The switcher of a page that is reached under `path` (with its query). */
  choices: (ctx: Koa.Context, path: string) => LanguageChoice[];
  /** Remembers a choice on this browser, where it outranks the account; undefined forgets it. */
  choose: (ctx: Koa.Context, tag: Tag | undefined) => void;
  /** Answers `?lang=xx`: remembers it and goes on to the same URL without it. */
  chooser: Koa.Middleware;
}

/** The language of a request: a fresh choice, `ui_locales`, an older choice, the account, the browser, English. */
export function createLanguage(deps: { issuer: string; cookies: Cookies }): Language {
  const { issuer, cookies } = deps;

  const locale = (ctx: Koa.Context): Tag => {
    const [tag, at] = (cookies.get(ctx, 'locale') ?? '').split('.');
    const chosen = known(tag);
    if (chosen && Math.abs(epochSeconds() - Number(at)) < FRESH) return chosen;
    return negotiateLocale({
      ui_locales: stateOf(ctx).uiLocales,
      cookie: chosen,
      account: stateOf(ctx).accountLocale,
      acceptLanguage: ctx.get('Accept-Language'),
      fallback: 'en',
    });
  };

  const choose = (ctx: Koa.Context, tag: Tag | undefined): void =>
    cookies.set(ctx, 'locale', tag ? `${tag}.${epochSeconds()}` : null, { maxAge: YEAR });

  return {
    locale,
    choose,
    t: (ctx) => translator(locale(ctx)),
    choices(ctx, path) {
      const current = locale(ctx);
      return locales.map(({ tag, name }) => {
        const url = new URL(issuer + path);
        url.searchParams.set('lang', tag);
        return { tag, name, href: url.href, current: tag === current };
      });
    },
    chooser(ctx, next) {
      const chosen = ctx.method === 'GET' ? known(ctx.query['lang']) : undefined;
      if (!chosen || (PROTOCOL.test(ctx.path) && ctx.get('Sec-Fetch-Site') !== 'same-origin')) return next();
      choose(ctx, chosen);
      // Written after the issuer, a path like //other.example stays a path.
      const url = new URL(issuer + ownContext(ctx).originalUrl);
      url.searchParams.delete('lang');
      redirect(ctx, url.href);
      return undefined;
    },
  };
}

function known(tag: unknown): Tag | undefined {
  return locales.find((locale) => locale.tag === tag)?.tag;
}
