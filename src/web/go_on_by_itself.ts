import type Koa from 'koa';
import type { Web } from './door.ts';

/**
 * Answers with a page that goes on by itself, to a path of ours or a URL that the caller has validated. Browsers hold every
 * redirect after a form to the `form-action` of the page that has it, and that page may be an upstream's, which knows us but
 * not the app behind us (another Gatehouse is such an upstream). Such a page begins a navigation of its own.
 */
export async function goOnByItself(web: Pick<Web, 'page' | 't'>, ctx: Koa.Context, next: string): Promise<void> {
  ctx.remove('Location');
  ctx.set('Refresh', `0;url=${next}`);
  await web.page(ctx, {
    view: 'going_on',
    screen: 'going-on',
    title: web.t(ctx)('going_on.title'),
    locals: { next },
  });
}
