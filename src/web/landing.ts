import type Koa from 'koa';
import type { Web } from './door.ts';

/** What a landing page says: a sentence, and either the one button that acts or a way on. */
export interface LandingPage {
  title: string;
  text: string;
  /** The label of the button; without it nothing can be done here. */
  submit?: string;
  /** A second sentence, such as who is signed in. */
  aside?: string;
  next?: { label: string; href: string };
  status?: number;
}

/** A page to which a mailed link leads. */
export interface Landing {
  path: string;
  screen: string;
  /** What the link is worth now. Changes nothing: mail scanners open every link. */
  look(ctx: Koa.Context, token: string): Promise<LandingPage>;
  /** Acts once, and says how it ended: a name of `ends`, or a path of ours to go to. */
  act(ctx: Koa.Context, token: string): Promise<string>;
  ends: Record<string, (ctx: Koa.Context) => LandingPage>;
}

const LONGEST_TOKEN = 200;

/**
 * Mounts a landing page. GET and HEAD only look; the button posts the token and is answered with 303, so that neither a
 * reload nor the history repeats what it did.
 */
export function mountLanding(web: Web, { path, screen, look, act, ends }: Landing): void {
  const named = (name: string) => (Object.hasOwn(ends, name) ? ends[name] : undefined);
  web.router.get(path, async (ctx) => {
    const token = tokenOf(ctx.query['token']);
    const page = named(tokenOf(ctx.query['end']))?.(ctx) ?? (token ? await look(ctx, token) : deadLink(web, ctx));
    await showLanding(web, ctx, screen, page, { action: path, token });
  });
  web.router.post(path, async (ctx) => {
    const { token } = await web.form(ctx);
    const end = await act(ctx, tokenOf(token));
    web.redirect(ctx, end.startsWith('/') ? end : `${path}?end=${end}`);
  });
}

/** Answers with a landing page; `form` is where its button goes, if it has one. */
export async function showLanding(
  web: Web,
  ctx: Koa.Context,
  screen: string,
  { title, status, ...shown }: LandingPage,
  form: { action?: string; token?: string } = {},
): Promise<void> {
  await web.page(ctx, { view: 'landing', screen, title, status, locals: { ...shown, ...form } });
}

/** The page of a link that leads nowhere: expired, replaced by a newer one, or never ours. */
export function deadLink(web: Web, ctx: Koa.Context): LandingPage {
  const t = web.t(ctx);
  return {
    title: t('landing.dead.title'),
    text: t('landing.dead.text'),
    next: { label: t('landing.sign_in'), href: '/account' },
    status: 400,
  };
}

/** The token of a query or a form; empty when it is none that we could have made. */
export function tokenOf(value: unknown): string {
  return typeof value === 'string' && value.length <= LONGEST_TOKEN ? value : '';
}
